import process from 'node:process';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { isEnvironment, isTag } from './names.js';
import { planOf } from './plan.js';
import { describePlan, run } from './runner.js';
import { readVersion } from './version.js';

interface Options {
  readonly environment: string;
  readonly tag?: string;
  readonly redeploy?: string;
  readonly region?: string;
  readonly pause: number;
  readonly patience: number;
  readonly dryRun?: true;
}

const program: Command = new Command('deploy')
  .description('build the image, migrate the database and roll the service out, or back')
  .requiredOption('--environment <name>', 'the environment, as Terraform names it', environment)
  .option(
    '--tag <tag>',
    "builds the image with this tag, which must be new (default: package.json's version)",
    tag,
  )
  .option('--redeploy <tag>', 'builds nothing: rolls out the image of this tag, once more or back', tag)
  .option('--region <region>', 'the AWS region (default: that of the aws command line)')
  .option('--pause <seconds>', 'between two looks at what is under way', upTo(60), 10)
  .option('--patience <minutes>', 'that the migration may take, and then the rollout', upTo(1440), 20)
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
  const { redeploy, region, pause, patience, dryRun } = options;
  if (options.tag !== undefined && redeploy !== undefined) {
    program.error('error: --tag builds an image, --redeploy takes one that is there; give one of them');
  }
  const chosen = redeploy ?? options.tag ?? readVersion();
  const plan = planOf({
    environment: options.environment,
    tag: chosen,
    isBuilt: redeploy !== undefined,
    patience: patience * 60_000,
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

function upTo(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text !== '' && value >= 0 && value <= most) return value;
    throw new InvalidArgumentError(`It must be a number from 0 to ${most}.`);
  };
}
