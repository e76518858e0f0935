import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatsError } from '../../src/core/errors.js';
import { LearnerLines } from '../../src/core/learner-lines.js';
import { newUserId } from '../support/factories.js';

const LOCKED = new Error('locked');
const OTHER = new Error('other');
const MAX_WAIT = 5_000;

const newLines = () => new LearnerLines((error) => error === LOCKED);

test('Writes of one learner run one after another in order; other learners are not blocked', async () => {
  const lines = newLines();
  const [ann, bob] = [newUserId(), newUserId()];
  const held = Promise.withResolvers<string>();
  const done: string[] = [];
  const change = (name: string) => async () => done.push(name);
  const first = lines.run(ann, () => held.promise);
  const others = [lines.run(ann, change('second')), lines.run(ann, change('third'))];
  await lines.run(bob, change('bob'));
  assert.deepEqual(done, ['bob']);
  held.resolve('first');
  assert.equal(await first, 'first');
  await Promise.all(others);
  assert.deepEqual(done, ['bob', 'second', 'third']);
});

test('A lock timeout fails the writes queued behind it too; another error fails only its own', async () => {
  const lines = newLines();
  const ann = newUserId();
  for (const error of [LOCKED, OTHER]) {
    const held = Promise.withResolvers<never>();
    const calls = [lines.run(ann, () => held.promise), lines.run(ann, async () => 'done')];
    held.reject(error);
    const [first, second] = await Promise.allSettled(calls);
    assert.deepEqual(first, { status: 'rejected', reason: error });
    assert.equal(second?.status, error === LOCKED ? 'rejected' : 'fulfilled');
    assert.equal(await lines.run(ann, async () => 'after'), 'after');
  }
});

test('A write that waits 5 s for its learner is rejected as overloaded', async ({ mock }) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const lines = newLines();
  const ann = newUserId();
  const held = Promise.withResolvers<string>();
  const first = lines.run(ann, () => held.promise);
  const waiting = lines.run(ann, async () => 'second');
  mock.timers.tick(MAX_WAIT);
  await assert.rejects(waiting, (error) => error instanceof StatsError && error.code === 'overloaded');
  held.resolve('first');
  assert.equal(await first, 'first');
  assert.equal(await lines.run(ann, async () => 'third'), 'third');
});
