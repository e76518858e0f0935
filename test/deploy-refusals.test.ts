import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answers, json, NEXT, PREVIOUS, REPOSITORY, service } from './support/deploy-answers.js';
import { commandsOf } from './support/deploy-calls.js';
import { deploy } from './support/deploy.js';

const ARGV = ['--environment', 'prod', '--tag', '1.2.0'];
const REDEPLOY_ARGV = ['--environment', 'prod', '--redeploy', '1.1.0'];
const FOUND = json({ images: [{}], failures: [] });

test('a tag that is there, a dirty work tree and a rollout under way are refused', async () => {
  const busy = service({ taskDefinition: PREVIOUS, rolloutState: 'IN_PROGRESS' });
  const draining = service({
    taskDefinition: PREVIOUS,
    others: [{ status: 'ACTIVE', taskDefinition: NEXT }],
  });
  for (const [changes, message] of [
    [{ 'aws ecr batch-get-image': [FOUND] }, /1\.2\.0 is in stats-service-prod already/],
    [{ 'git status --porcelain': [{ stdout: ' M src/core/api.ts\n' }] }, /work tree has changes/],
    [{ 'aws ecs describe-services': [busy] }, /Another rollout is under way/],
    [{ 'aws ecs describe-services': [draining] }, /Another rollout is under way/],
    [{ 'aws ecs describe-services': [json({ services: [] })] }, /There is no service stats-service-prod/],
    [{ 'aws ecr describe-repositories': [{ stdout: 'no JSON' }] }, /something else than expected/],
  ] as const) {
    const deployed = await deploy(ARGV, answers(changes));
    assert.equal(deployed.code, 1);
    assert.match(deployed.stderr, message);
    assert.ok(!deployed.calls.some(({ program }) => program === 'docker'));
    assert.ok(!commandsOf(deployed).includes('aws ecs register-task-definition'));
  }
});

test('an image that cannot be built or pushed ends the deploy before anything is registered', async () => {
  for (const command of [
    'docker build --pull',
    'docker login --username',
    `docker push ${REPOSITORY}:1.2.0`,
  ]) {
    const deployed = await deploy(ARGV, answers({ [command]: [{ code: 1 }] }));
    assert.equal(deployed.code, 1);
    assert.equal(commandsOf(deployed).at(-1), command);
  }
});

test('--redeploy refuses an image that is not there', async () => {
  const deployed = await deploy(REDEPLOY_ARGV, answers());

  assert.equal(deployed.code, 1);
  assert.match(deployed.stderr, /There is no image 1\.1\.0 in stats-service-prod/);
});

test('usage that cannot be meant runs nothing and ends with 2', async () => {
  for (const argv of [
    ['--tag', '1.2.0'],
    [...ARGV, '--redeploy', '1.1.0'],
    ['--environment', 'Prod', '--tag', '1.2.0'],
    ['--environment', 'prod', '--tag', 'latest'],
    ['--environment', 'prod', '--tag', '1.2.0 '],
    ['--environment', 'prod', '--tag', '-rf'],
    ['--environment', 'prod', '--tag', 'a'.repeat(129)],
    ['--environment', 'prod', '--redeploy', '../1.1.0'],
    [...ARGV, '--pause', 'x'],
    [...ARGV, '--patience', '-1'],
  ]) {
    const { code, calls, stderr } = await deploy(argv, answers());
    assert.equal(code, 2, argv.join(' '));
    assert.match(stderr, /^error: /);
    assert.deepEqual(calls, []);
  }
});
