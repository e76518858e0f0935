import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as z from 'zod';
import { commandsOf, optionsOf } from './support/deploy-calls.js';
import { deploy } from './support/deploy.js';
import {
  answers,
  json,
  MIGRATION,
  NETWORK,
  NEXT,
  PREVIOUS,
  REPOSITORY,
  service,
  TASK,
} from './support/deploy-answers.js';

const ARGV = ['--environment', 'prod', '--tag', '1.2.0'];
const REDEPLOY_ARGV = ['--environment', 'prod', '--redeploy', '1.1.0'];
const FOUND = json({ images: [{}], failures: [] });
const versionSchema = z.object({ version: z.string() });

/** One in which all goes well; several tests look at it. */
const good = await deploy(ARGV, answers());

test('a deploy looks, builds, migrates, and only then rolls out', () => {
  assert.equal(good.code, 0, good.stderr);
  assert.deepEqual(commandsOf(good), [
    'git status --porcelain',
    'git rev-parse HEAD',
    'aws ecr describe-repositories',
    'aws ecr batch-get-image',
    'aws ecs describe-services',
    'aws application-autoscaling describe-scalable-targets',
    'aws ecs describe-task-definition',
    'aws ecs describe-task-definition',
    'docker build --pull',
    'aws ecr get-login-password',
    'docker login --username',
    `docker push ${REPOSITORY}:1.2.0`,
    'aws ecs register-task-definition',
    'aws ecs register-task-definition',
    'aws ecs run-task',
    'aws ecs describe-tasks',
    'aws ecs describe-tasks',
    'aws ecs describe-tasks',
    'aws ecs describe-services',
    'aws ecs update-service',
    'aws ecs describe-services',
    'aws ecs describe-services',
  ]);
  assert.match(good.stderr, /prod runs 1\.2\.0\.\n$/);
});

test('without a tag the image gets the version of what it is built from', async () => {
  const { version } = versionSchema.parse(JSON.parse(readFileSync('package.json', 'utf8')));
  const { code, stdout } = await deploy(['--environment', 'prod', '--dry-run'], answers());

  assert.equal(code, 0);
  assert.ok(stdout.includes(`docker push <repositoryUrl>:${version}\n`));
});

test('the image is built for the architecture of the tasks, from a known commit', () => {
  const { calls } = good;

  const build = calls.find(({ program, args }) => program === 'docker' && args[0] === 'build')?.args ?? [];
  assert.ok(build.includes('linux/arm64'));
  assert.equal(build[build.indexOf('--target') + 1], 'aws');
  assert.ok(build.includes('org.opencontainers.image.revision=0123456789abcdef0123456789abcdef01234567'));
  assert.ok(build.includes(`${REPOSITORY}:1.2.0`));
});

test("the registry's password is written to stdin, and told nowhere else", () => {
  const { calls, stdout, stderr } = good;

  const login = calls.find(({ args }) => args[0] === 'login');
  assert.equal(login?.stdin, 'secret');
  assert.ok(!calls.some(({ args }) => args.join(' ').includes('secret')));
  assert.ok(!`${stdout}${stderr}`.includes('secret'));
});

test('revisions are the latest ones with the new image', () => {
  const [migration, next] = optionsOf(good, 'register-task-definition', '--cli-input-json');
  const shared = {
    requiresCompatibilities: ['FARGATE'],
    cpu: '1024',
    runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
    tags: [{ key: 'Environment', value: 'prod' }],
  };
  const container = { name: 'stats-service', image: `${REPOSITORY}:1.2.0`, user: '1000:1000' };
  assert.deepEqual(JSON.parse(migration ?? ''), {
    ...shared,
    family: 'stats-service-prod-migrate',
    containerDefinitions: [{ ...container, command: ['migrate', 'up'] }],
  });
  assert.deepEqual(JSON.parse(next ?? ''), {
    ...shared,
    family: 'stats-service-prod',
    containerDefinitions: [{ ...container, command: ['serve', '--no-migrate', '--host', '0.0.0.0'] }],
  });
});

test('the migration runs its new revision where the service runs', () => {
  assert.deepEqual(optionsOf(good, 'run-task', '--task-definition'), [MIGRATION]);
  const [network] = optionsOf(good, 'run-task', '--network-configuration');
  assert.deepEqual(JSON.parse(network ?? ''), NETWORK);
  assert.deepEqual(optionsOf(good, 'describe-tasks', '--tasks'), [TASK, TASK, TASK]);
});

test('the number of tasks is left to autoscaling', () => {
  assert.deepEqual(optionsOf(good, 'update-service', '--task-definition'), [NEXT]);
  assert.deepEqual(optionsOf(good, 'update-service', '--desired-count'), [undefined]);
});

test('the first deploy starts the tasks', async () => {
  const first = service({ taskDefinition: PREVIOUS, desiredCount: 0 });
  const deployed = await deploy(
    ARGV,
    answers({ 'aws ecs describe-services': [first, first, service({ taskDefinition: NEXT })] }),
  );

  assert.equal(deployed.code, 0, deployed.stderr);
  assert.deepEqual(optionsOf(deployed, 'update-service', '--desired-count'), ['2']);
});

test('--dry-run prints the commands, with the region, and runs none', async () => {
  const argv = [...ARGV, '--region', 'eu-west-1', '--dry-run'];
  const { code, stdout, calls } = await deploy(argv, answers());

  assert.equal(code, 0);
  assert.deepEqual(calls, []);
  const commands = stdout.split('\n').filter((line) => /^(aws|docker|git) /.test(line));
  assert.equal(commands.length, 24);
  assert.ok(commands.includes('docker push <repositoryUrl>:1.2.0'));
  const ofAws = commands.filter((line) => line.startsWith('aws '));
  assert.ok(ofAws.every((line) => line.endsWith(' --region eu-west-1')));
});

test('--redeploy deploys an image that is there, without building, and asks its migration first', async () => {
  const deployed = await deploy(REDEPLOY_ARGV, answers({ 'aws ecr batch-get-image': [FOUND] }));

  assert.equal(deployed.code, 0, deployed.stderr);
  assert.ok(deployed.calls.every(({ program }) => program === 'aws'));
  const commands = commandsOf(deployed);
  assert.ok(commands.indexOf('aws ecs describe-tasks') < commands.indexOf('aws ecs update-service'));
  const [, next] = optionsOf(deployed, 'register-task-definition', '--cli-input-json');
  assert.ok(next?.includes(`${REPOSITORY}:1.1.0`));
});
