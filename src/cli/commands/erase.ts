import type { Command } from 'commander';
import { toUserId } from '../../core/index.js';
import { UsageError } from '../errors.js';
import { interruptible, type Io } from '../io.js';
import { writeJson, writeLine } from '../output.js';
import { addTargetOptions, describeTarget, withStats, type TargetOptions } from '../target.js';

interface Options extends TargetOptions {
  readonly user: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function addErase(program: Command, io: Io): void {
  addTargetOptions(program.command('erase'))
    .description('erase all data of a learner')
    .requiredOption('--user <id>', 'the learner')
    .option('--yes', 'erase without asking')
    .option('--json', 'print one JSON document')
    .action(async (options: Options) => {
      const { json } = options;
      const userId = toUserId(options.user);
      if (
        !options.yes &&
        !(await confirm(
          io,
          `Permanently erase all data of learner ${userId} on ${describeTarget(io, options)}?`,
        ))
      ) {
        throw new Error('Nothing was erased.');
      }
      await withStats(io, options, 'change', async ({ untyped: stats }) => {
        const erasure = await stats.eraseUser({ userId });
        if (json) writeJson(io.stdout, erasure);
        else writeLine(io.stdout, `Sessions erased: ${erasure.sessionsDeleted}`);
      });
    });
}

async function confirm(io: Io, question: string): Promise<boolean> {
  if (!io.ask)
    throw new UsageError('erase needs a terminal to ask for confirmation; add --yes to erase without asking');
  return /^y(es)?$/i.test((await interruptible(io.signal, io.ask(`${question} [y/N] `))).trim());
}
