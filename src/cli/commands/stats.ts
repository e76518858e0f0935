import type { Command } from 'commander';
import type { Io } from '../io.js';
import { writeFields, writeJson } from '../output.js';
import { addTargetOptions, withStats, type TargetOptions } from '../target.js';
import { statsFields } from '../views.js';

interface Options extends TargetOptions {
  readonly user: string;
  readonly course: string;
  readonly json?: boolean;
}

export function addStats(program: Command, io: Io): void {
  addTargetOptions(program.command('stats'))
    .description("a learner's lifetime stats in a course")
    .requiredOption('--user <id>', 'the learner')
    .requiredOption('--course <id>', 'the course')
    .option('--json', 'one JSON document')
    .action(async ({ user: userId, course: courseId, json, ...target }: Options) => {
      await withStats(io, target, 'read', async ({ unchecked: stats }) => {
        const lifetime = await stats.getStats({ userId, courseId });
        if (json) writeJson(io.stdout, lifetime);
        else writeFields(io.stdout, statsFields(lifetime));
      });
    });
}
