import { Option, type Command } from 'commander';
import { checkOptions, IMPORT_FORMATS, ON_CONFLICT, type ImportOptions } from '../import/options.js';
import type { Io } from '../io.js';
import { describeSetting, parseGap, SETTINGS } from '../settings.js';
import { writeLine } from '../output.js';
import { addTargetOptions } from '../target.js';

export function addImport(program: Command, io: Io): void {
  addTargetOptions(program.command('import'))
    .description('record the sessions of a file; sessions that are already recorded are not counted again')
    .argument('[file]', 'CSV, NDJSON or xAPI statements, optionally gzipped; - is stdin')
    .addOption(
      new Option('--format <format>', 'default: by file extension; csv for stdin').choices(IMPORT_FORMATS),
    )
    .addOption(
      new Option(
        '--map <name=field>',
        'import a column or key of the file as this field; name= ignores it; may be repeated',
      )
        .argParser((text: string, all: readonly string[]) => [...all, text])
        .default([], 'none'),
    )
    .option('--courses <file>', 'create or replace the courses of this file first: JSON, NDJSON or CSV')
    .option('--create-courses', 'create missing courses, each with its name or id in the file as its name')
    .option('--course <id>', 'with xapi: the course of statements that name none')
    .addOption(
      new Option(
        '--gap <duration>',
        'with xapi: a longer pause between two statements begins another session (default: 30m)',
      ).argParser(parseGap),
    )
    .addOption(
      new Option(
        '--verb <verb>',
        'with xapi: count only this verb, an IRI or the last part of one; may be repeated',
      )
        .argParser((text: string, all: readonly string[]) => [...all, text])
        .default([], 'all'),
    )
    .option('--explain', 'with xapi: print the rules by which statements become sessions')
    .addOption(
      new Option('--on-conflict <action>', 'what to do with a session that exists with other content')
        .choices(ON_CONFLICT)
        .default('fail'),
    )
    .option(
      '--new-ids',
      'record sessions that have neither sessionId nor completedAt as new ones at each import',
    )
    .option('--derive-ids', 'derive an id from each user, course or session id that is not a UUID')
    .option('--course-by-name', 'the courseId of each line is the name of a course')
    .option(SETTINGS.idNamespace.flags, describeSetting(SETTINGS.idNamespace))
    .option(
      '--rejects <file>',
      'write the rejected lines to this file as NDJSON, which you can repair and import',
    )
    .option('--from-legacy <url>', 'import from the Postgres database of the previous service')
    .option('--dry-run', 'check every line without recording anything')
    .option('--quiet', 'print no progress')
    .option('--json', 'print the summary as one JSON document')
    .action(async (file: string | undefined, options: ImportOptions) => {
      checkOptions(file, options);
      if (options.explain) {
        const { formatRules } = await import('../import/xapi/rules.js');
        writeLine(io.stdout, formatRules());
        return;
      }
      const { runImport } = await import('../import/run.js');
      await runImport(io, file, options);
    });
}
