import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatsError } from '../../src/core/errors.js';
import { KeyedMutex } from '../../src/core/batching/keyed-mutex.js';
import { newUserId } from '../support/factories.js';

const LOCKED = new Error('locked');
const OTHER = new Error('other');
const MAX_WAIT = 5_000;

const newMutex = () => new KeyedMutex<string>((error) => error === LOCKED);

test('Writes of one learner run one after another in order; other learners are not blocked', async () => {
  const mutex = newMutex();
  const [ann, bob] = [newUserId(), newUserId()];
  const held = Promise.withResolvers<string>();
  const done: string[] = [];
  const change = (name: string) => async () => done.push(name);
  const first = mutex.run(ann, () => held.promise);
  const others = [mutex.run(ann, change('second')), mutex.run(ann, change('third'))];
  await mutex.run(bob, change('bob'));
  assert.deepEqual(done, ['bob']);
  held.resolve('first');
  assert.equal(await first, 'first');
  await Promise.all(others);
  assert.deepEqual(done, ['bob', 'second', 'third']);
});

test('A lock timeout fails the writes queued behind it too; another error fails only its own', async () => {
  const mutex = newMutex();
  const ann = newUserId();
  for (const error of [LOCKED, OTHER]) {
    const held = Promise.withResolvers<never>();
    const calls = [mutex.run(ann, () => held.promise), mutex.run(ann, async () => 'done')];
    held.reject(error);
    const [first, second] = await Promise.allSettled(calls);
    assert.deepEqual(first, { status: 'rejected', reason: error });
    assert.equal(second?.status, error === LOCKED ? 'rejected' : 'fulfilled');
    assert.equal(await mutex.run(ann, async () => 'after'), 'after');
  }
});

test('A write that waits 5 s for its learner is rejected as overloaded', async ({ mock }) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const mutex = newMutex();
  const ann = newUserId();
  const held = Promise.withResolvers<string>();
  const first = mutex.run(ann, () => held.promise);
  const waiting = mutex.run(ann, async () => 'second');
  mock.timers.tick(MAX_WAIT);
  await assert.rejects(waiting, (error) => error instanceof StatsError && error.code === 'overloaded');
  held.resolve('first');
  assert.equal(await first, 'first');
  assert.equal(await mutex.run(ann, async () => 'third'), 'third');
});
