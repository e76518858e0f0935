import process from 'node:process';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { isEnvironment, isTag } from './names.js';
import { planOf } from './plan.js';
import { describePlan, run } from './runner.js';

interface Options {
  readonly environment: string;
  readonly tag?: string;
  readonly rollbackTo?: string;
  readonly region?: string;
  readonly pause: number;
  readonly dryRun?: true;
}

const program: Command = new Command('deploy')
  .description('build the image, migrate the database and roll the service out, or back')
  .requiredOption('--environment <name>', 'the environment, as Terraform names it', environment)
  .option('--tag <tag>', 'builds the image and gives it this tag, which must be new', tag)
  .option('--rollback-to <tag>', 'deploys the image of this tag again, without building', tag)
  .option('--region <region>', 'the AWS region (default: that of the aws command line)')
  .option('--pause <seconds>', 'between two looks at the rollout', seconds, 10)
  .option('--dry-run', 'print the commands, run none')
  .exitOverride()
  .action(deploy);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}

async function deploy(options: Options): Promise<void> {
  const { rollbackTo, region, pause, dryRun } = options;
  const chosen = options.tag ?? rollbackTo;
  if (chosen === undefined || (options.tag !== undefined && rollbackTo !== undefined)) {
    program.error('error: either --tag or --rollback-to is required');
  }
  const plan = planOf({
    environment: options.environment,
    tag: chosen,
    isBuilt: rollbackTo !== undefined,
    ...(region !== undefined && { region }),
  });
  if (dryRun) {
    process.stdout.write(`${describePlan(plan).join('\n')}\n`);
    return;
  }
  const succeeded = await run(plan, { write, pause: pause * 1000 });
  if (succeeded) write(`${options.environment} runs ${chosen}.`);
  else process.exitCode = 1;
}

function write(line: string): void {
  process.stderr.write(`${line}\n`);
}

function environment(text: string): string {
  if (isEnvironment(text)) return text;
  throw new InvalidArgumentError('It must be 2 to 16 lowercase letters, digits and single hyphens.');
}

function tag(text: string): string {
  if (isTag(text)) return text;
  throw new InvalidArgumentError('It must be an image tag other than latest.');
}

function seconds(text: string): number {
  const value = Number(text);
  if (text !== '' && value >= 0 && value <= 60) return value;
  throw new InvalidArgumentError('It must be a number from 0 to 60.');
}
