import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Batcher } from '../../src/core/batching/batcher.js';

const timeout = 10_000;

type BatchPolicy = ConstructorParameters<typeof Batcher>[1];

interface Batch extends PromiseWithResolvers<readonly string[]> {
  readonly items: readonly number[];
}

/** Returns a batcher and its started batches, which the test settles. */
function createBatcher(policy: Partial<BatchPolicy>, costOf?: (item: number) => number) {
  const batches: Batch[] = [];
  const run = (items: readonly number[]) => {
    const batch = { items, ...Promise.withResolvers<readonly string[]>() };
    batches.push(batch);
    return batch.promise;
  };
  const all = { maxCost: 100, maxInFlight: 1, blocking: false, ...policy };
  const batchAt = (index: number) => batches[index] ?? assert.fail(`batch ${index} was not begun`);
  const succeed = (index: number) => {
    const { items, resolve } = batchAt(index);
    resolve(items.map((item) => `${item}!`));
  };
  const itemsOf = () => batches.map(({ items }) => items);
  return { batcher: new Batcher<number, string>(run, all, costOf && { costOf }), itemsOf, batchAt, succeed };
}

/** Waits for more rounds of the event loop than a batch needs to end and the next one to start. */
async function settle(): Promise<void> {
  for (let round = 0; round < 10; round += 1) await setImmediate();
}

for (const blocking of [false, true]) {
  const kind = blocking ? 'that block the event loop' : 'that run outside it';
  describe(`a batcher of batches ${kind}`, { timeout }, () => {
    test('The batcher runs the calls of one round of the event loop in one batch', async () => {
      const { batcher, itemsOf, succeed } = createBatcher({ blocking });
      const asked = [batcher.add(1), batcher.add(2)];
      // The latest points at which requests of the same event loop round add their calls.
      await Promise.resolve();
      asked.push(batcher.add(3));
      process.nextTick(() => asked.push(batcher.add(4)));
      assert.deepEqual(itemsOf(), []);

      await setImmediate();

      assert.deepEqual(itemsOf(), [[1, 2, 3, 4]]);
      succeed(0);
      assert.deepEqual(await Promise.all(asked), ['1!', '2!', '3!', '4!']);
    });

    test('The batcher runs a lone call in the same round, without a timer', async ({ mock }) => {
      mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
      const { batcher, itemsOf, succeed } = createBatcher({ blocking });
      const asked = batcher.add(1);
      await setImmediate();
      assert.deepEqual(itemsOf(), [[1]]);
      succeed(0);
      assert.equal(await asked, '1!');
    });

    test('The batcher keeps within `maxInFlight` and starts the next batch when one ends', async () => {
      const { batcher, itemsOf, succeed } = createBatcher({ blocking, maxInFlight: 2 });
      const asked: Promise<string>[] = [];
      for (const item of [1, 2, 3, 4, 5]) {
        asked.push(batcher.add(item));
        await settle();
      }
      assert.deepEqual(itemsOf(), [[1], [2]]);

      succeed(1);
      await settle();
      asked.push(batcher.add(6));
      await settle();
      assert.deepEqual(itemsOf(), [[1], [2], [3, 4, 5]]);

      succeed(0);
      await settle();
      assert.deepEqual(itemsOf().at(-1), [6]);
      for (const index of [2, 3]) succeed(index);
      assert.deepEqual(await Promise.all(asked), ['1!', '2!', '3!', '4!', '5!', '6!']);
    });

    test(`The next batch starts ${blocking ? 'after the results are out' : 'when one ends'}`, async () => {
      const { batcher, itemsOf, succeed } = createBatcher({ blocking });
      const asked = [batcher.add(1)];
      await settle();
      asked.push(batcher.add(2));
      succeed(0);
      // Called before the batch schedules the next one.
      await setImmediate();
      assert.deepEqual(itemsOf(), blocking ? [[1]] : [[1], [2]]);
      await settle();
      succeed(1);
      assert.deepEqual(await Promise.all(asked), ['1!', '2!']);
    });

    test('The batcher keeps within `maxCost` items a batch and gives each call its own result', async () => {
      const { batcher, itemsOf, succeed } = createBatcher({ blocking, maxCost: 2, maxInFlight: 2 });
      const asked = [7, 1, 7, 5, 3].map((item) => batcher.add(item));
      await settle();
      assert.deepEqual(itemsOf(), [
        [7, 1],
        [7, 5],
      ]);

      succeed(1);
      await settle();
      assert.deepEqual(itemsOf().slice(2), [[3]]);

      for (const index of [2, 0]) succeed(index);
      assert.deepEqual(await Promise.all(asked), ['7!', '1!', '7!', '5!', '3!']);
    });

    test('A failed batch rejects all of its calls and no others, and the next batch runs', async () => {
      const { batcher, batchAt, succeed } = createBatcher({ blocking });
      const error = new Error('The database is gone.');
      const together = Promise.allSettled([batcher.add(1), batcher.add(2)]);
      await settle();
      const later = batcher.add(3);

      batchAt(0).reject(error);

      assert.deepEqual(await together, [
        { status: 'rejected', reason: error },
        { status: 'rejected', reason: error },
      ]);
      await settle();
      succeed(1);
      assert.equal(await later, '3!');
    });

    test('A call that waits too long is rejected even if no batch starts meanwhile', async ({ mock }) => {
      mock.timers.enable({ apis: ['setTimeout'] });
      const now = mock.method(performance, 'now', () => 0);
      const { batcher, succeed } = createBatcher({ blocking });
      const first = batcher.add(1);
      await settle();
      const late = assert.rejects(batcher.add(2), { code: 'overloaded', kind: 'unavailable' });
      mock.timers.tick(500);
      now.mock.mockImplementation(() => 4_000);
      const inTime = batcher.add(3);
      now.mock.mockImplementation(() => 5_001);
      mock.timers.tick(500);
      await late;

      succeed(0);
      await settle();
      succeed(1);
      assert.deepEqual(await Promise.all([first, inTime]), ['1!', '3!']);
    });

    test('The batcher counts an item by its cost and runs an item above `maxCost` alone', async () => {
      const { batcher, itemsOf, succeed } = createBatcher({ blocking, maxCost: 5 }, (item) => item);
      const asked = [2, 3, 1, 9, 4].map((item) => batcher.add(item));
      for (let batch = 0; batch < 4; batch += 1) {
        await settle();
        succeed(batch);
      }
      await Promise.all(asked);
      assert.deepEqual(itemsOf(), [[2, 3], [1], [9], [4]]);
    });

    test('The batcher rejects a call if the batch has no result for it', async () => {
      const { batcher, batchAt } = createBatcher({ blocking });
      const asked = Promise.allSettled([1, 2, 3].map((item) => batcher.add(item)));
      await settle();
      batchAt(0).resolve(['1!', '2!']);
      assert.deepEqual(
        (await asked).map(({ status }) => status),
        ['fulfilled', 'fulfilled', 'rejected'],
      );
    });
  });
}
