/**
 * Deploys to an environment that Terraform created: builds and pushes the image of this commit, migrates the
 * database, updates the ECS service and waits for the rollout. The ECS deployment circuit breaker rolls a
 * failed rollout back.
 */
import { spawnSync, type StdioOptions } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import * as z from 'zod';

interface Options {
  readonly environment: string;
  readonly redeploy?: string;
  readonly region?: string;
  readonly pause: number;
  readonly patience: number;
  readonly dryRun?: true;
}

/** An expected failure: its message is the whole report. */
class DeployError extends Error {}

const manifestSchema = z.object({ version: z.string() });
const definitionSchema = z.object({
  taskDefinition: z.looseObject({ containerDefinitions: z.array(z.looseObject({ name: z.string() })) }),
  tags: z.array(z.unknown()),
});
/** The fields that `describe-task-definition` returns and `register-task-definition` rejects. */
const READ_ONLY =
  /^(taskDefinitionArn|revision|status|requiresAttributes|compatibilities|registered(At|By))$/;

const options = new Command('deploy')
  .description('build the image of this commit, migrate the database and roll the service out')
  .requiredOption('--environment <name>', 'the environment, as in Terraform')
  .option('--redeploy <tag>', 'do not build: roll out the image in the registry with this tag')
  .option('--region <region>', 'the AWS region (default: the region of the AWS CLI)')
  .option('--pause <seconds>', 'time between two polls', nonNegative, 10)
  .option(
    '--patience <minutes>',
    'how long to wait for the migration, and then for the rollout',
    nonNegative,
    20,
  )
  .option('--dry-run', 'run only read commands, and print the others')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse()
  .opts<Options>();

/** The name of the cluster, the service, the repository and the task definitions in Terraform. */
const name = `stats-service-${options.environment}`;
const describeService = `ecs describe-services --cluster ${name} --services ${name}`;

try {
  await deploy();
} catch (error) {
  if (!(error instanceof DeployError)) throw error;
  report(error.message);
  process.exitCode = 1;
}

async function deploy(): Promise<void> {
  const tag = options.redeploy ?? tagOfCommit();
  const findRepository = `ecr describe-repositories --repository-names ${name}`;
  const image = `${read('repositories[0].repositoryUri', findRepository)}:${tag}`;
  const findImage = `ecr batch-get-image --repository-name ${name} --image-ids imageTag=${tag}`;
  if (read('length(images)', findImage) === '0') {
    if (options.redeploy !== undefined)
      throw new DeployError(
        `There is no image ${tag} in ${name}; list the tags with "aws ecr describe-images --repository-name ${name}".`,
      );
    buildAndPush(image);
  }
  await migrate(image);
  await rollOut(image);
  report(options.dryRun ? 'Dry run: nothing was changed.' : `${options.environment} runs ${tag}.`);
}

/** Requires a clean work tree, so that a tag identifies the sources of its image. */
function tagOfCommit(): string {
  const changes = run(['git', 'status', '--porcelain']);
  if (changes !== '') throw new DeployError(`Commit these changes first, or discard them:\n${changes}`);
  const { version } = manifestSchema.parse(JSON.parse(readFileSync('package.json', 'utf8')));
  return `${version}-${run(['git', 'rev-parse', 'HEAD']).slice(0, 12)}`;
}

function buildAndPush(image: string): void {
  const architecture = read('taskDefinition.runtimePlatform.cpuArchitecture', describeDefinition(name));
  const platform = architecture === 'ARM64' ? 'linux/arm64' : 'linux/amd64';
  // With provenance, each tag would count as several of the 20 images that the registry keeps.
  const build = `docker build --pull --provenance=false --target aws --platform ${platform} --tag ${image} .`;
  change(build.split(' '));
  const password = run(aws('@', 'ecr get-login-password'));
  // The password is passed on stdin, because other processes can read arguments.
  change(['docker', 'login', '--username', 'AWS', '--password-stdin', image.replace(/\/.*/, '')], password);
  change(['docker', 'push', image]);
}

async function migrate(image: string): Promise<void> {
  const network = read('services[0].[to_string(networkConfiguration)]', describeService);
  const revision = register(`${name}-migrate`, image);
  const runTask = `ecs run-task --cluster ${name} --launch-type FARGATE --propagate-tags TASK_DEFINITION`;
  const what = ['--task-definition', revision, '--network-configuration', network];
  const started = change(aws('[tasks[0].taskArn, failures[0].reason]', runTask, ...what));
  if (options.dryRun) return;
  const [task, reason] = started.split('\t');
  if (task === 'None') throw new DeployError(`The migration did not start: ${reason}.`);
  // Fargate may add containers to the task, such as the GuardDuty agent.
  const exitCode = "containers[?name=='stats-service'] | [0].exitCode";
  const stopped = `tasks[?lastStatus=='STOPPED'] | [0].[${exitCode}, stoppedReason]`;
  const late = `The migration did not end within ${options.patience} minutes. Wait until its task has stopped, then deploy again: ${task}`;
  const [code, why] = await poll(stopped, `ecs describe-tasks --cluster ${name} --tasks ${task}`, late);
  if (code === '0') return;
  const end = code === 'None' ? why : `exit code ${code}`;
  throw new DeployError(
    `The migration failed (${end}). Read the log streams migrate/… in the log group /${name}/tasks.`,
  );
}

async function rollOut(image: string): Promise<void> {
  const primary = "services[0].deployments[?status=='PRIMARY']";
  const before = read(`${primary} | [0].id`, describeService);
  const revision = register(name, image);
  const update = `ecs update-service --cluster ${name} --service ${name} --task-definition ${revision}`;
  change(aws('service.serviceArn', update, ...startingCount()));
  if (options.dryRun) return;
  // AWS may still return the previous deployment. A rollback has a new deployment id.
  const ended = `${primary} | [?id!='${before}' && rolloutState!='IN_PROGRESS'] | [0]`;
  const late = `The rollout did not end within ${options.patience} minutes; ECS continues it. Check the service in the ECS console.`;
  const [running, state] = await poll(`${ended}.[taskDefinition, rolloutState]`, describeService, late);
  if (running === revision && state === 'COMPLETED') return;
  throw new DeployError(
    `The rollout of ${revision} failed. ECS runs ${running} (${state}). Read the log group /${name}/tasks.`,
  );
}

/** Starts a service without tasks, new or stopped, with the minimum. Otherwise autoscaling sets the count. */
function startingCount(): string[] {
  if (read('services[0].desiredCount', describeService) !== '0') return [];
  const find = `application-autoscaling describe-scalable-targets --service-namespace ecs --resource-ids service/${name}/${name}`;
  return ['--desired-count', read('ScalableTargets[0].MinCapacity', find)];
}

/** Registers a copy of the latest revision, which Terraform may have changed, with the image. */
function register(family: string, image: string): string {
  const described = JSON.parse(read('to_string(@)', describeDefinition(family)));
  const { taskDefinition, tags } = definitionSchema.parse(described);
  const kept = Object.entries(taskDefinition).filter(([key]) => !READ_ONLY.test(key));
  const containerDefinitions = taskDefinition.containerDefinitions.map((container) =>
    container.name === 'stats-service' ? { ...container, image } : container,
  );
  const input = JSON.stringify({ ...Object.fromEntries(kept), containerDefinitions, tags });
  const command = 'ecs register-task-definition --cli-input-json';
  const revision = change(aws('taskDefinition.taskDefinitionArn', command, input));
  return options.dryRun ? `NEW_REVISION_OF_${family}` : revision;
}

function describeDefinition(family: string): string {
  return `ecs describe-task-definition --task-definition ${family} --include TAGS`;
}

/** Polls until the query returns a value. Failed reads (network, credentials) are retried too. */
async function poll(query: string, command: string, late: string): Promise<string[]> {
  const deadline = Date.now() + options.patience * 60_000;
  for (;;) {
    try {
      const found = run(aws(query, command));
      if (found !== 'None') return found.split('\t');
    } catch (error) {
      report(String(error));
    }
    if (Date.now() >= deadline) throw new DeployError(late);
    await setTimeout(options.pause * 1000);
  }
}

function read(query: string, command: string): string {
  const found = run(aws(query, command));
  if (found !== 'None') return found;
  throw new DeployError(`aws ${command}: the response has no value for ${query}.`);
}

/** Returns a command that prints the fields selected by a JMESPath query, separated by tabs. */
function aws(query: string, command: string, ...args: readonly string[]): string[] {
  const region = options.region === undefined ? [] : ['--region', options.region];
  return ['aws', ...command.split(' '), ...args, '--query', query, '--output', 'text', ...region];
}

/** Prints a write command, and runs it unless this is a dry run. */
function change(command: readonly string[], input = ''): string {
  const words = command.map((word) =>
    /^[\w./:=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`,
  );
  process.stdout.write(`${words.join(' ')}\n`);
  return options.dryRun ? '' : run(command, input);
}

function run([program = '', ...args]: readonly string[], input = ''): string {
  const stdio: StdioOptions = ['pipe', 'pipe', 'inherit'];
  const { error, status, stdout } = spawnSync(program, args, { encoding: 'utf8', input, stdio });
  if (status === 0) return stdout.trim();
  const reason = error?.message ?? `exit code ${status}`;
  throw new DeployError(`${program} ${args.slice(0, 2).join(' ')} failed: ${reason}.`);
}

function nonNegative(value: string): number {
  if (/^\d+$/.test(value)) return Number(value);
  throw new InvalidArgumentError('It must be a whole number from 0.');
}

function report(line: string): void {
  process.stderr.write(`${line}\n`);
}
