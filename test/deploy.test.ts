import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deploy, type Answers, type Deployed } from './support/deploy.js';

const ARGV = ['--environment', 'prod'];
const REPOSITORY = '123456789012.dkr.ecr.eu-central-1.amazonaws.com/stats-service-prod';
const NETWORK = '{"awsvpcConfiguration":{"subnets":["subnet-a"],"assignPublicIp":"DISABLED"}}';

/** Returns a task definition with the read-only fields that AWS adds. */
function described(family: string): string {
  const dates = { registeredAt: '2026-11-22T10:00:00.000Z', registeredBy: 'operator' };
  const added = { taskDefinitionArn: 'arn', revision: 8, status: 'ACTIVE', ...dates };
  const derived = { requiresAttributes: [], compatibilities: ['FARGATE'] };
  const containerDefinitions = [{ name: 'stats-service', image: 'old', user: '1000' }, { name: 'agent' }];
  const taskDefinition = { ...added, ...derived, family, cpu: '1024', containerDefinitions };
  return JSON.stringify({ taskDefinition, tags: [{ key: 'Environment', value: 'prod' }] });
}

/** The outputs of each command in a successful deploy, in the order of its calls. */
const ANSWERS: Answers = {
  'git rev-parse': ['0123456789abcdef0123456789abcdef01234567'],
  'aws ecr describe-repositories': [REPOSITORY],
  'aws ecr batch-get-image': ['0'],
  'aws ecr get-login-password': ['secret'],
  'aws ecs describe-task-definition': ['ARM64', described('migrate'), described('serve')],
  'aws ecs register-task-definition': ['migrate:9', 'serve:9'],
  'aws ecs run-task': ['task-1\tNone'],
  'aws ecs describe-tasks': ['None', 'FAIL', '0\tEssential container in task exited'],
  'aws ecs describe-services': [NETWORK, 'ecs-svc/1', '2', 'None', 'FAIL', 'serve:9\tCOMPLETED'],
};
const WITHOUT_BUILD: Answers = {
  ...ANSWERS,
  'aws ecr batch-get-image': ['1'],
  'aws ecs describe-task-definition': [described('migrate'), described('serve')],
};

function commandsOf({ calls }: Deployed): string[] {
  return calls.map((call) => call.slice(0, call[0] === 'aws' ? 3 : 2).join(' '));
}

function optionOf({ calls }: Deployed, command: string, option: string): string | undefined {
  const call = calls.find((words) => words.includes(command)) ?? [];
  return call.includes(option) ? call[call.indexOf(option) + 1] : undefined;
}

const good = await deploy(ARGV, ANSWERS);
const image = optionOf(good, 'build', '--tag') ?? '';

test('A deploy builds and pushes the image, migrates, and only then updates the service', () => {
  assert.equal(good.code, 0, good.stderr);
  const changes = commandsOf(good).filter((command) => !/describe|git|get/.test(command));
  assert.deepEqual(changes, [
    'docker build',
    'docker login',
    'docker push',
    'aws ecs register-task-definition',
    'aws ecs run-task',
    'aws ecs register-task-definition',
    'aws ecs update-service',
  ]);
  assert.equal(optionOf(good, 'build', '--platform'), 'linux/arm64');
  assert.match(image.replace(`${REPOSITORY}:`, ''), /^\d+\.\d+\.\d+-0123456789ab$/);
  assert.equal(optionOf(good, 'push', 'push'), image);
  assert.equal(optionOf(good, 'run-task', '--task-definition'), 'migrate:9');
  assert.equal(optionOf(good, 'run-task', '--network-configuration'), NETWORK);
  assert.equal(optionOf(good, 'update-service', '--task-definition'), 'serve:9');
  assert.equal(optionOf(good, 'update-service', '--desired-count'), undefined);
  assert.match(good.calls.at(-1)?.join(' ') ?? '', /id!='ecs-svc\/1'/);
  assert.match(good.stderr, /\nprod runs \S+-0123456789ab\.\n$/);
});

test('A deploy passes the registry password on stdin and never prints it', () => {
  assert.equal(good.stdin, 'secret');
  assert.doesNotMatch(JSON.stringify([good.calls, good.stdout, good.stderr]), /secret/);
});

test('A deploy registers the latest task definition with the image, without the fields that AWS adds', () => {
  const input = optionOf(good, 'register-task-definition', '--cli-input-json') ?? '';
  assert.deepEqual(JSON.parse(input), {
    family: 'migrate',
    cpu: '1024',
    containerDefinitions: [{ name: 'stats-service', image, user: '1000' }, { name: 'agent' }],
    tags: [{ key: 'Environment', value: 'prod' }],
  });
});

test('A deploy of a commit whose image is in the registry does not build it again', async () => {
  const deployed = await deploy(ARGV, WITHOUT_BUILD);
  assert.deepEqual([deployed.code, commandsOf(deployed).includes('docker build')], [0, false]);
});

test('A deploy with --redeploy rolls out an older image, whatever the work tree contains', async () => {
  const deployed = await deploy([...ARGV, '--redeploy', '0.0.9'], {
    ...WITHOUT_BUILD,
    'git status': [' M a'],
  });
  assert.equal(deployed.code, 0, deployed.stderr);
  assert.match(optionOf(deployed, 'register-task-definition', '--cli-input-json') ?? '', /prod:0\.0\.9"/);
});

test('A service without tasks starts with the minimum number of tasks', async () => {
  const deployed = await deploy(ARGV, {
    ...WITHOUT_BUILD,
    'aws ecs describe-services': [NETWORK, 'ecs-svc/1', '0', 'serve:9\tCOMPLETED'],
    'aws application-autoscaling describe-scalable-targets': ['3'],
  });
  assert.equal(optionOf(deployed, 'update-service', '--desired-count'), '3');
});

test('A deploy that fails before the rollout leaves the service unchanged and reports the reason', async () => {
  const failures: [changes: Answers, message: RegExp, ...argv: string[]][] = [
    [
      { 'aws ecr batch-get-image': ['0'] },
      /^There is no image 0\.0\.9 in \S+; list the tags with .*\n$/,
      '--redeploy',
      '0.0.9',
    ],
    [{ 'git status': [' M src/a.ts'] }, /^Commit these changes first, or discard them:\n/],
    [{ 'aws ecs run-task': ['None\tRESOURCE:ENI'] }, /^The migration did not start: RESOURCE:ENI\.\n$/],
    [{ 'aws ecs describe-tasks': ['1\tEssential'] }, /^The migration failed \(exit code 1\)\./],
    [
      { 'aws ecs describe-tasks': ['None'] },
      /^The migration did not end within 0 minutes\. .*: task-1\n$/,
      '--patience',
      '0',
    ],
  ];
  const runs = failures.map(async ([changes, message, ...argv]) => {
    const deployed = await deploy([...ARGV, ...argv], { ...WITHOUT_BUILD, ...changes });
    assert.equal(deployed.code, 1);
    assert.match(deployed.stderr, message);
    assert.ok(!commandsOf(deployed).includes('aws ecs update-service'));
  });
  await Promise.all(runs);
});

test('A deploy fails with one line if ECS has rolled the service back', async () => {
  const states = [NETWORK, 'ecs-svc/1', '2', 'serve:7\tCOMPLETED'];
  const answers = { ...WITHOUT_BUILD, 'aws ecs describe-tasks': ['0'], 'aws ecs describe-services': states };
  const { code, stderr } = await deploy(ARGV, answers);
  assert.deepEqual(
    [code, stderr],
    [
      1,
      'The rollout of serve:9 failed. ECS runs serve:7 (COMPLETED). Read the log group /stats-service-prod/tasks.\n',
    ],
  );
});

test('A dry run prints the write commands and runs only the read commands', async () => {
  const { code, stdout, calls } = await deploy([...ARGV, '--region', 'eu-west-1', '--dry-run'], ANSWERS);
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^docker build .*\ndocker login .*\ndocker push .*\naws ecs register-task-definition /,
  );
  assert.match(stdout, /\naws ecs update-service .* --region eu-west-1\n$/);
  for (const [program, , action = ''] of calls) {
    assert.ok(program === 'git' || /^(describe|get|batch-get)-/.test(action), action);
  }
});

test('A deploy with invalid options exits with code 2 and runs nothing', async () => {
  const runs = await Promise.all([[], [...ARGV, '--patience', '-1']].map((argv) => deploy(argv, ANSWERS)));
  for (const { code, calls } of runs) assert.deepEqual([code, calls], [2, []]);
});
