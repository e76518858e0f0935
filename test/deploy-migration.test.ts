import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answers, json, migrationTask, TASK } from './support/deploy-answers.js';
import { commandsOf } from './support/deploy-calls.js';
import { deploy } from './support/deploy.js';

const ARGV = ['--environment', 'prod', '--tag', '1.2.0'];

test('a migration that fails leaves the service untouched', async () => {
  const failed = migrationTask('STOPPED', [{ name: 'stats-service', exitCode: 1 }]);
  const deployed = await deploy(ARGV, answers({ 'aws ecs describe-tasks': [failed] }));

  assert.equal(deployed.code, 1);
  assert.ok(!commandsOf(deployed).includes('aws ecs update-service'));
  assert.match(deployed.stderr, /The migration failed \(exit 1\); the service is as it was\./);
});

test('a migration that could not start leaves the service untouched', async () => {
  const stopped = json({
    tasks: [
      {
        lastStatus: 'STOPPED',
        stoppedReason: 'CannotPullContainerError',
        containers: [{ name: 'stats-service', reason: 'no such image' }],
      },
    ],
  });
  const refused = json({ tasks: [], failures: [{ reason: 'RESOURCE:ENI' }] });
  for (const [changes, message] of [
    [{ 'aws ecs describe-tasks': [stopped] }, /no such image/],
    [{ 'aws ecs run-task': [refused] }, /RESOURCE:ENI/],
  ] as const) {
    const deployed = await deploy(ARGV, answers(changes));
    assert.equal(deployed.code, 1);
    assert.ok(!commandsOf(deployed).includes('aws ecs update-service'));
    assert.match(deployed.stderr, message);
  }
});

test('what else runs in the task of the migration does not decide how it ended', async () => {
  const agent = { name: 'aws-guardduty-agent-a1b2c3', exitCode: 137, reason: 'CannotPullContainerError' };
  const watched = (exitCode: number) =>
    migrationTask('STOPPED', [agent, { name: 'stats-service', exitCode }]);
  const good = await deploy(ARGV, answers({ 'aws ecs describe-tasks': [watched(0)] }));
  assert.equal(good.code, 0, good.stderr);

  const bad = await deploy(ARGV, answers({ 'aws ecs describe-tasks': [watched(1)] }));
  assert.equal(bad.code, 1);
  assert.match(bad.stderr, /The migration failed \(exit 1\)/);
});

test('a look at the migration that fails is repeated', async () => {
  const ended = migrationTask('STOPPED', [{ name: 'stats-service', exitCode: 0 }]);
  const deployed = await deploy(ARGV, answers({ 'aws ecs describe-tasks': [{ code: 255 }, ended] }));

  assert.equal(deployed.code, 0, deployed.stderr);
});

test('of a migration that takes longer than the patience, the task is told', async () => {
  const running = migrationTask('RUNNING', [{ name: 'stats-service' }]);
  for (const answer of [running, { code: 255 }]) {
    const deployed = await deploy(
      [...ARGV, '--patience', '0'],
      answers({ 'aws ecs describe-tasks': [answer] }),
    );

    assert.equal(deployed.code, 1);
    assert.ok(!commandsOf(deployed).includes('aws ecs update-service'));
    assert.ok(deployed.stderr.includes(`may still run, as task ${TASK}; the service is as it was.`));
    assert.match(deployed.stderr, /--redeploy\.\n$/);
  }
});
