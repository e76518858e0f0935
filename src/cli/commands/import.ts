import { Option, type Command } from 'commander';
import {
  checkOptions,
  IMPORT_FORMATS,
  ON_CONFLICT,
  SAME_TIME,
  type ImportOptions,
} from '../import/options.js';
import { TIME_UNITS } from '../import/readers/cells.js';
import { ENCODINGS } from '../import/readers/encoding.js';
import { DATE_ORDERS } from '../import/readers/instants.js';
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
        .argParser(repeated)
        .default([], 'none'),
    )
    .option('--delimiter <char>', 'csv: the character between cells (default: the one that the header has)')
    .addOption(
      new Option('--encoding <name>', 'csv: default: utf-8, or utf-16 by its byte order mark').choices(
        ENCODINGS,
      ),
    )
    .option('--decimal-comma', 'csv: numbers have a decimal comma, such as 85,5')
    .addOption(
      new Option('--time-unit <unit>', 'csv: the unit of times that are plain numbers (default: ms)').choices(
        Object.keys(TIME_UNITS),
      ),
    )
    .option('--time-zone <name>', 'csv: the zone of times without a UTC offset, such as Europe/London')
    .addOption(
      new Option('--date-order <order>', 'csv: the order in dates such as 01/03/2026').choices(DATE_ORDERS),
    )
    .option(
      '--completed-at <time>',
      'the time of sessions that have none; or now, for those that have a sessionId',
    )
    .addOption(
      new Option('--default <field=value>', 'the value of a field that a line lacks; may be repeated')
        .argParser(repeated)
        .default([], 'none'),
    )
    .option('--courses <file>', 'create or replace the courses of this file first: JSON, NDJSON or CSV')
    .option(
      '--enrolments <file>',
      'create or replace the enrolments of this file, instead of recording sessions: CSV or NDJSON',
    )
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
        .argParser(repeated)
        .default([], 'all'),
    )
    .option('--explain', 'print the rules by which xAPI statements become sessions, and import nothing')
    .addOption(
      new Option('--on-conflict <action>', 'what to do with a session that exists with other content')
        .choices(ON_CONFLICT)
        .default('fail'),
    )
    .addOption(
      new Option(
        '--same-time <action>',
        'what to do with different sessions of one learner, course and time that have no sessionId; distinct records each',
      ).choices(SAME_TIME),
    )
    .option(
      '--new-ids',
      'record sessions that have neither sessionId nor completedAt as new ones at each import',
    )
    .option('--derive-ids', 'derive an id from each user, course or session id that is not a UUID')
    .option('--course-by-name', 'the courseId of each line is the name of a course')
    .option(SETTINGS.idNamespace.flags, describeSetting(SETTINGS.idNamespace))
    .option('--ids <file>', 'write the ids that were derived, each with its text, to this file as CSV')
    .option(
      '--rejects <file>',
      'write the rejected lines to this file as NDJSON, which you can repair and import',
    )
    .option('--from-legacy <url>', 'import from the Postgres database of the previous service')
    .option('--preview', 'show how the first rows are read, and the options to import the file with')
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
      if (options.preview && file !== undefined) {
        const { runPreview } = await import('../import/preview/preview.js');
        await runPreview(io, file, options);
        return;
      }
      const { runImport } = await import('../import/run.js');
      await runImport(io, file, options);
    });
}

function repeated(text: string, all: readonly string[]): readonly string[] {
  return [...all, text];
}
