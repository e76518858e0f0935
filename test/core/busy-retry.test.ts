import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BusyRetryQueue } from '../../src/core/store/sqlite/busy-retry.js';
import { until } from '../support/condition.js';

const BUSY = Object.assign(new Error('locked'), { code: 'SQLITE_BUSY' });

test('Only the first call in the queue for a lock retries, and calls acquire it in order', async () => {
  const queue = new BusyRetryQueue(60_000);
  let isHeld = true;
  let tries = 0;
  const got: number[] = [];
  const wait = (who: number) =>
    queue.run(async () => {
      if (who > 0) assert.ok(!isHeld, `${who} has tried before the first got it`);
      else if (++tries === 5) isHeld = false;
      if (isHeld) throw BUSY;
      got.push(who);
    });
  const first = wait(0);
  await until('work is waiting', () => tries > 1);
  await Promise.all([first, ...Array.from({ length: 50 }, (_, index) => wait(index + 1))]);
  assert.deepEqual(got, Array.from({ length: 51 }).keys().toArray());
});

test('A call that waits for a lock too long fails with the lock error and is not retried', async () => {
  const queue = new BusyRetryQueue(50);
  let tries = 0;
  const busy = async () => {
    tries += 1;
    throw BUSY;
  };
  const first = assert.rejects(queue.run(busy), BUSY);
  await Promise.resolve();
  await first;
  const others = Array.from({ length: 20 }, () => assert.rejects(queue.run(busy), BUSY));
  await Promise.all(others);
  const before = tries;
  assert.equal(await queue.run(async () => 'free'), 'free');
  assert.equal(tries, before);
  await assert.rejects(
    queue.run(async () => {
      throw new TypeError('a defect');
    }),
    TypeError,
  );
});
