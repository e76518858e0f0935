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
    .description('erase a learner: sessions, stats, everything')
    .requiredOption('--user <id>', 'the learner')
    .option('--yes', 'do not ask')
    .option('--json', 'one JSON document')
    .action(async (options: Options) => {
      const { json } = options;
      const userId = toUserId(options.user);
      if (
        !options.yes &&
        !(await confirm(
          io,
          `Erase everything of learner ${userId} for good, on ${describeTarget(io, options)}?`,
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
    throw new UsageError('erase cannot ask without a terminal; add --yes if that is what you want');
  return /^y(es)?$/i.test((await interruptible(io.signal, io.ask(`${question} [y/N] `))).trim());
}
