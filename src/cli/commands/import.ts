import { Option, type Command } from 'commander';
import { IMPORT_FORMATS, ON_CONFLICT, type ImportOptions } from '../import/options.js';
import type { Io } from '../io.js';
import { addTargetOptions } from '../target.js';

export function addImport(program: Command, io: Io): void {
  addTargetOptions(program.command('import'))
    .description(
      'record the sessions of a file, each exactly once: what is there already is not counted again',
    )
    .argument('[file]', 'CSV or NDJSON, gzipped or not; - is stdin')
    .addOption(
      new Option('--format <format>', "default: by the file's name; csv for stdin").choices(IMPORT_FORMATS),
    )
    .addOption(
      new Option('--map <theirs=ours>', "a field by the file's name; theirs= leaves it out; may be repeated")
        .argParser((text: string, all: readonly string[]) => [...all, text])
        .default([], 'none'),
    )
    .option('--courses <file>', 'the courses themselves: JSON, NDJSON or CSV')
    .option('--create-courses', 'make courses that do not exist, named by their ids')
    .option('--course <id>', 'with xapi: the course of statements that name none')
    .addOption(
      new Option('--on-conflict <what>', 'what to do about a session that is there with other content')
        .choices(ON_CONFLICT)
        .default('fail'),
    )
    .option('--new-ids', 'take sessions with neither sessionId nor completedAt, as new ones each time')
    .option('--rejects <file>', 'keep what is refused, as NDJSON that can be mended and imported')
    .option('--from-legacy <url>', "copy the courses and sessions of the replaced service's Postgres")
    .option('--dry-run', 'check all and change nothing')
    .option('--quiet', 'show no progress')
    .option('--json', 'the summary as one JSON document')
    .action(async (file: string | undefined, options: ImportOptions) => {
      const { runImport } = await import('../import/run.js');
      await runImport(io, file, options);
    });
}
