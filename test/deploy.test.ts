import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deploy, type Answers, type Deployed } from './support/deploy.js';
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
const ROLLBACK_ARGV = ['--environment', 'prod', '--rollback-to', '1.1.0'];
const FOUND = json({ images: [{}], failures: [] });

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
    'aws ecs wait tasks-stopped',
    'aws ecs describe-tasks',
    'aws ecs update-service',
    'aws ecs wait services-stable',
    'aws ecs describe-services',
    'aws ecs describe-services',
  ]);
  assert.match(good.stderr, /prod runs 1\.2\.0\.\n$/);
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
  assert.deepEqual(optionsOf(good, 'describe-tasks', '--tasks'), [TASK]);
});

test('the number of tasks is left to autoscaling', () => {
  assert.deepEqual(optionsOf(good, 'update-service', '--task-definition'), [NEXT]);
  assert.deepEqual(optionsOf(good, 'update-service', '--desired-count'), [undefined]);
});

test('the first deploy starts the tasks', async () => {
  const first = service({ taskDefinition: PREVIOUS, desiredCount: 0 });
  const deployed = await deploy(
    ARGV,
    answers({ 'aws ecs describe-services': [first, service({ taskDefinition: NEXT })] }),
  );

  assert.equal(deployed.code, 0, deployed.stderr);
  assert.deepEqual(optionsOf(deployed, 'update-service', '--desired-count'), ['2']);
});

test('a migration that fails leaves the service untouched', async () => {
  const failed = json({ tasks: [{ containers: [{ exitCode: 1 }] }] });
  const deployed = await deploy(ARGV, answers({ 'aws ecs describe-tasks': [failed] }));

  assert.equal(deployed.code, 1);
  assert.ok(!commandsOf(deployed).includes('aws ecs update-service'));
  assert.match(deployed.stderr, /The migration failed \(exit 1\); the service is as it was\./);
});

test('a migration that could not start leaves the service untouched', async () => {
  const stopped = json({
    tasks: [{ stoppedReason: 'CannotPullContainerError', containers: [{ reason: 'no such image' }] }],
  });
  const refused = json({ tasks: [], failures: [{ reason: 'RESOURCE:ENI' }] });
  for (const [changes, message] of [
    [{ 'aws ecs describe-tasks': [stopped] }, /no such image/],
    [{ 'aws ecs run-task': [refused] }, /RESOURCE:ENI/],
    [{ 'aws ecs wait': [{ code: 255 }] }, /aws ended with 255/],
  ] as const) {
    const deployed = await deploy(ARGV, answers(changes));
    assert.equal(deployed.code, 1);
    assert.ok(!commandsOf(deployed).includes('aws ecs update-service'));
    assert.match(deployed.stderr, message);
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

test('a rollout that ECS took back is rolled back, and has failed', async () => {
  const back = service({ taskDefinition: PREVIOUS });
  const deployed = await deploy(ARGV, answers({ 'aws ecs describe-services': [back, back] }));

  assert.equal(deployed.code, 1);
  assert.deepEqual(optionsOf(deployed, 'update-service', '--task-definition'), [NEXT, PREVIOUS]);
  assert.match(deployed.stderr, /did not become healthy; ECS went back/);
  assert.match(deployed.stderr, /The service runs what it ran before\. Migrations stay applied\.\n$/);
});

test('a rollout that fails or never becomes stable is rolled back', async () => {
  const before = service({ taskDefinition: PREVIOUS });
  const failed = service({ taskDefinition: NEXT, rolloutState: 'FAILED' });
  const causes: Answers[] = [
    { 'aws ecs describe-services': [before, failed, before] },
    { 'aws ecs describe-services': [before], 'aws ecs wait': [{}, { code: 255 }, {}] },
    { 'aws ecs describe-services': [before], 'aws ecs update-service': [{ code: 254 }, json({})] },
  ];
  for (const changes of causes) {
    const deployed = await deploy(ARGV, answers(changes));
    assert.equal(deployed.code, 1);
    assert.deepEqual(optionsOf(deployed, 'update-service', '--task-definition'), [NEXT, PREVIOUS]);
    assert.match(deployed.stderr, /The service runs what it ran before/);
  }
});

test('a first deploy that fails ends without tasks again', async () => {
  const first = service({ taskDefinition: PREVIOUS, desiredCount: 0 });
  const failed = service({ taskDefinition: NEXT, rolloutState: 'FAILED' });
  const deployed = await deploy(ARGV, answers({ 'aws ecs describe-services': [first, failed, first] }));

  assert.equal(deployed.code, 1);
  assert.deepEqual(optionsOf(deployed, 'update-service', '--desired-count'), ['2', '0']);
});

test('a rollback that fails too is told', async () => {
  const before = service({ taskDefinition: PREVIOUS });
  const failed = service({ taskDefinition: NEXT, rolloutState: 'FAILED' });
  const deployed = await deploy(ARGV, answers({ 'aws ecs describe-services': [before, failed] }));

  assert.equal(deployed.code, 1);
  assert.match(deployed.stderr, /could NOT be rolled back/);
});

test('--dry-run prints the commands, with the region, and runs none', async () => {
  const argv = [...ARGV, '--region', 'eu-west-1', '--dry-run'];
  const { code, stdout, calls } = await deploy(argv, answers());

  assert.equal(code, 0);
  assert.deepEqual(calls, []);
  const commands = stdout.split('\n').filter((line) => /^(aws|docker|git) /.test(line));
  assert.equal(commands.length, 23);
  assert.ok(commands.includes('docker push <repositoryUrl>:1.2.0'));
  const ofAws = commands.filter((line) => line.startsWith('aws '));
  assert.ok(ofAws.every((line) => line.endsWith(' --region eu-west-1')));
});

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

test('--rollback-to deploys an image that is there, without building, and asks its migration first', async () => {
  const deployed = await deploy(ROLLBACK_ARGV, answers({ 'aws ecr batch-get-image': [FOUND] }));

  assert.equal(deployed.code, 0, deployed.stderr);
  assert.ok(deployed.calls.every(({ program }) => program === 'aws'));
  const commands = commandsOf(deployed);
  assert.ok(commands.indexOf('aws ecs describe-tasks') < commands.indexOf('aws ecs update-service'));
  const [, next] = optionsOf(deployed, 'register-task-definition', '--cli-input-json');
  assert.ok(next?.includes(`${REPOSITORY}:1.1.0`));
});

test('--rollback-to refuses an image that is not there', async () => {
  const deployed = await deploy(ROLLBACK_ARGV, answers());

  assert.equal(deployed.code, 1);
  assert.match(deployed.stderr, /There is no image 1\.1\.0 in stats-service-prod/);
});

test('usage that cannot be meant runs nothing and ends with 2', async () => {
  for (const argv of [
    ['--tag', '1.2.0'],
    ['--environment', 'prod'],
    [...ARGV, '--rollback-to', '1.1.0'],
    ['--environment', 'Prod', '--tag', '1.2.0'],
    ['--environment', 'prod', '--tag', 'latest'],
    ['--environment', 'prod', '--tag', '1.2.0 '],
    ['--environment', 'prod', '--tag', '-rf'],
    ['--environment', 'prod', '--tag', 'a'.repeat(129)],
    ['--environment', 'prod', '--rollback-to', '../1.1.0'],
    [...ARGV, '--pause', 'x'],
  ]) {
    const { code, calls, stderr } = await deploy(argv, answers());
    assert.equal(code, 2, argv.join(' '));
    assert.match(stderr, /^error: /);
    assert.deepEqual(calls, []);
  }
});

/** Programs with what they were asked to do. */
function commandsOf({ calls }: Deployed): string[] {
  return calls.map(({ program, args }) => {
    const words = args[1] === 'wait' ? 3 : 2;
    return [program, ...args.slice(0, words)].join(' ');
  });
}

/** What an option was in each call of a command. */
function optionsOf({ calls }: Deployed, command: string, option: string): (string | undefined)[] {
  return calls
    .filter(({ args }) => args[1] === command)
    .map(({ args }) => (args.includes(option) ? args[args.indexOf(option) + 1] : undefined));
}
