import { Option, type Command } from 'commander';
import { IMPORT_FORMATS, ON_CONFLICT, type ImportOptions } from '../import/options.js';
import type { Io } from '../io.js';
import { addTargetOptions } from '../target.js';

export function addImport(program: Command, io: Io): void {
  addTargetOptions(program.command('import'))
    .description(
      'record the sessions of a file, each exactly once: sessions that exist are not counted again',
    )
    .argument('[file]', 'CSV or NDJSON, gzipped or not; - is stdin')
    .addOption(
      new Option('--format <format>', "default: by the file's name; csv for stdin").choices(IMPORT_FORMATS),
    )
    .addOption(
      new Option(
        '--map <theirs=ours>',
        "a field's name in the file; theirs= leaves the field out; may be repeated",
      )
        .argParser((text: string, all: readonly string[]) => [...all, text])
        .default([], 'none'),
    )
    .option('--courses <file>', 'create or replace these courses first: JSON, NDJSON or CSV')
    .option('--create-courses', 'create missing courses, named by their ids')
    .option('--course <id>', 'with xapi: the course of statements without one')
    .addOption(
      new Option('--on-conflict <what>', 'what to do if a session exists with other content')
        .choices(ON_CONFLICT)
        .default('fail'),
    )
    .option('--new-ids', 'accept sessions with neither sessionId nor completedAt, as new ones each time')
    .option(
      '--rejects <file>',
      'write rejected lines to this file, as NDJSON that can be repaired and imported',
    )
    .option('--from-legacy <url>', "copy the courses and sessions of the replaced service's Postgres")
    .option('--dry-run', 'check every line and change nothing')
    .option('--quiet', 'show no progress')
    .option('--json', 'the summary as one JSON document')
    .action(async (file: string | undefined, options: ImportOptions) => {
      const { runImport } = await import('../import/run.js');
      await runImport(io, file, options);
    });
}
