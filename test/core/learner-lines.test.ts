import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatsError } from '../../src/core/errors.js';
import { LearnerLines } from '../../src/core/learner-lines.js';
import { newUserId } from '../support/factories.js';

const LOCKED = new Error('locked');
const OTHER = new Error('other');
const MAX_WAIT = 5_000;

const newLines = () => new LearnerLines((error) => error === LOCKED);

test('one learner is changed once at a time, in the order of asking; others at the same time', async () => {
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

test('where the first waits in vain, so do those behind it; any other failure is its own', async () => {
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

test('nobody waits for longer than five seconds', async ({ mock }) => {
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
