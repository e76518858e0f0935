import type { Command } from 'commander';
import { toUserId } from '../../core/index.js';
import { askToConfirm, type Io } from '../io.js';
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
        !(await askToConfirm(
          io,
          'erase',
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
