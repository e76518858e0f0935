import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  answers,
  BEGUN,
  migrationTask,
  NEXT,
  PREVIOUS,
  service,
  UNTOUCHED,
} from './support/deploy-answers.js';
import { commandsOf, optionsOf } from './support/deploy-calls.js';
import { deploy } from './support/deploy.js';
import type { Answers } from './support/fake-commands.js';

const ARGV = ['--environment', 'prod', '--tag', '1.2.0'];
const FOREIGN = PREVIOUS.replace(/:7$/, ':8');
const BEFORE = service({ taskDefinition: PREVIOUS });
const AFTER = service({ taskDefinition: NEXT });
const FAILED = service({ taskDefinition: NEXT, rolloutState: 'FAILED' });

test('a rollout that ECS took back is rolled back, and has failed', async () => {
  const looks = [...UNTOUCHED, BEGUN, BEFORE];
  const deployed = await deploy(ARGV, answers({ 'aws ecs describe-services': looks }));

  assert.equal(deployed.code, 1);
  assert.deepEqual(optionsOf(deployed, 'update-service', '--task-definition'), [NEXT, PREVIOUS]);
  assert.match(deployed.stderr, /did not become healthy; the service went back/);
  assert.match(deployed.stderr, /The service runs what it ran before\. Migrations stay applied\.\n$/);
});

test('a rollout that fails is rolled back, which is told', async () => {
  const looks = [...UNTOUCHED, BEGUN, FAILED, FAILED, BEFORE];
  const deployed = await deploy(ARGV, answers({ 'aws ecs describe-services': looks }));

  assert.equal(deployed.code, 1);
  assert.deepEqual(optionsOf(deployed, 'update-service', '--task-definition'), [NEXT, PREVIOUS]);
  assert.match(deployed.stderr, /The service runs what it ran before/);
});

test('what is not known of a rollout is asked again, and no reason to take it back', async () => {
  const late = [...UNTOUCHED, BEFORE, BEGUN, AFTER];
  const causes: Answers[] = [
    { 'aws ecs describe-services': [...UNTOUCHED, { code: 255 }, BEGUN, { code: 255 }, AFTER] },
    { 'aws ecs describe-services': [...UNTOUCHED, BEGUN, { stdout: '<html>' }, AFTER] },
    { 'aws ecs describe-services': late },
    { 'aws ecs describe-services': late, 'aws ecs update-service': [{ code: 255 }] },
  ];
  for (const changes of causes) {
    const deployed = await deploy(ARGV, answers(changes));
    assert.equal(deployed.code, 0, deployed.stderr);
    assert.deepEqual(optionsOf(deployed, 'update-service', '--task-definition'), [NEXT]);
  }
});

test('a rollout that does not begin, or not end, within the patience is rolled back', async () => {
  const ended = migrated();
  for (const looks of [
    [...UNTOUCHED, BEFORE],
    [...UNTOUCHED, BEGUN, BEGUN, BEGUN, BEFORE],
    [...UNTOUCHED, BEGUN, { code: 255 }, BEGUN, BEFORE],
  ]) {
    const changes = { ...ended, 'aws ecs describe-services': looks };
    const deployed = await deploy([...ARGV, '--patience', '0'], answers(changes));
    assert.equal(deployed.code, 1);
    assert.deepEqual(optionsOf(deployed, 'update-service', '--task-definition'), [NEXT, PREVIOUS]);
    assert.match(deployed.stderr, /took longer than 0 s/);
    assert.match(deployed.stderr, /The service runs what it ran before/);
  }
});

test('what somebody else has deployed meanwhile is not touched', async () => {
  const foreign = service({ taskDefinition: FOREIGN });
  const rolling = service({ taskDefinition: PREVIOUS, rolloutState: 'IN_PROGRESS' });
  for (const [looks, message] of [
    [[BEFORE, foreign], /Somebody else has deployed \S+:8 meanwhile/],
    [[BEFORE, rolling], /Another rollout is under way/],
  ] as const) {
    const deployed = await deploy(ARGV, answers({ 'aws ecs describe-services': looks }));
    assert.equal(deployed.code, 1);
    assert.match(deployed.stderr, message);
    assert.ok(commandsOf(deployed).includes('aws ecs run-task'));
    assert.ok(!commandsOf(deployed).includes('aws ecs update-service'));
  }
});

test('what somebody else has deployed during the rollout is not taken back', async () => {
  const foreign = service({ taskDefinition: FOREIGN });
  for (const looks of [
    [...UNTOUCHED, foreign],
    [...UNTOUCHED, BEGUN, foreign],
    [...UNTOUCHED, BEGUN, FAILED, foreign],
  ]) {
    const deployed = await deploy(ARGV, answers({ 'aws ecs describe-services': looks }));
    assert.equal(deployed.code, 1);
    assert.deepEqual(optionsOf(deployed, 'update-service', '--task-definition'), [NEXT]);
    assert.match(deployed.stderr, /Somebody else has deployed \S+:8; it is left as it is\./);
  }
});

test('a first deploy that fails ends without tasks again', async () => {
  const first = service({ taskDefinition: PREVIOUS, desiredCount: 0 });
  const looks = [first, first, BEGUN, FAILED, FAILED, first];
  const deployed = await deploy(ARGV, answers({ 'aws ecs describe-services': looks }));

  assert.equal(deployed.code, 1);
  assert.deepEqual(optionsOf(deployed, 'update-service', '--desired-count'), ['2', '0']);
});

test('a rollback that fails too is told', async () => {
  const failedBack = service({ taskDefinition: PREVIOUS, rolloutState: 'FAILED' });
  const looks = [...UNTOUCHED, BEGUN, FAILED, FAILED, failedBack];
  const deployed = await deploy(ARGV, answers({ 'aws ecs describe-services': looks }));

  assert.equal(deployed.code, 1);
  assert.match(deployed.stderr, /could NOT be rolled back/);
});

/** With `--patience 0` the first look must find the migration ended. */
function migrated(): Answers {
  const container = { name: 'stats-service', exitCode: 0 };
  return { 'aws ecs describe-tasks': [migrationTask('STOPPED', [container])] };
}
