import { UsageError } from '../errors.js';
import type { TimeUnit } from './readers/cells.js';
import type { Encoding } from './readers/encoding.js';
import type { DateOrder } from './readers/instants.js';
import type { TargetOptions } from '../target.js';

export const IMPORT_FORMATS = ['csv', 'ndjson', 'xapi'] as const;
type ImportFormat = (typeof IMPORT_FORMATS)[number];

export const ON_CONFLICT = ['fail', 'skip', 'replace'] as const;

export const SAME_TIME = ['distinct'] as const;

export interface ImportOptions extends TargetOptions {
  readonly format?: ImportFormat;
  readonly map: readonly string[];
  readonly course?: string;
  /** Milliseconds. */
  readonly gap?: number;
  readonly verb: readonly string[];
  readonly explain?: boolean;
  readonly courses?: string;
  readonly createCourses?: boolean;
  readonly onConflict: (typeof ON_CONFLICT)[number];
  readonly newIds?: boolean;
  readonly deriveIds?: boolean;
  readonly idNamespace?: string;
  readonly courseByName?: boolean;
  readonly delimiter?: string;
  readonly encoding?: Encoding;
  readonly decimalComma?: boolean;
  readonly timeUnit?: TimeUnit;
  readonly timeZone?: string;
  readonly dateOrder?: DateOrder;
  readonly completedAt?: string;
  readonly default: readonly string[];
  readonly sameTime?: (typeof SAME_TIME)[number];
  readonly ids?: string;
  readonly rejects?: string;
  readonly fromLegacy?: string;
  readonly preview?: boolean;
  readonly dryRun?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** @throws {UsageError} if options contradict each other or an option has no effect */
export function checkOptions(file: string | undefined, options: ImportOptions): void {
  const reason = findContradiction(file, options);
  if (reason !== undefined) throw new UsageError(reason);
}

function findContradiction(file: string | undefined, options: ImportOptions): string | undefined {
  const { courses, fromLegacy, dryRun, format, map, course, onConflict } = options;
  const xapiOptions = {
    '--course': course,
    '--gap': options.gap,
    '--verb': options.verb[0],
  };
  if (options.explain) return undefined;
  if (file === undefined && courses === undefined && fromLegacy === undefined) {
    return 'import needs a source; name a file, use - for stdin, or add --from-legacy or --courses';
  }
  if (file !== undefined && fromLegacy !== undefined) return 'use a file or --from-legacy, not both';
  if (file === '-' && courses === '-') return 'use stdin for the sessions or the courses, not for both';
  const written = firstGiven({
    '--courses': courses,
    '--from-legacy': fromLegacy,
    '--dry-run': dryRun,
    '--rejects': options.rejects,
    '--ids': options.ids,
  });
  // The preview checks the options that it proposes.
  if (options.preview) return written && `--preview writes nothing; remove ${written}`;
  if (dryRun && courses !== undefined) return '--dry-run cannot import courses; remove --courses';
  const fileOptions = {
    '--format': format,
    '--map': map[0],
    ...xapiOptions,
    '--course-by-name': options.courseByName,
    '--completed-at': options.completedAt,
    '--default': options.default[0],
    '--same-time': options.sameTime,
    ...csvOptions(options),
  };
  const sessionOptions = {
    '--create-courses': options.createCourses,
    '--new-ids': options.newIds,
    '--derive-ids': courses === undefined ? options.deriveIds : undefined,
    '--rejects': options.rejects,
    '--on-conflict': onConflict === 'fail' ? undefined : onConflict,
  };
  const withoutFile = { ...fileOptions, ...(fromLegacy === undefined && sessionOptions) };
  const unused = firstGiven(withoutFile);
  if (file === undefined && unused !== undefined) {
    return `${unused} has no effect without a file of sessions; name a file or remove ${unused}`;
  }
  const derivesIds = options.deriveIds || options.courseByName || format === 'xapi';
  const idOption = firstGiven({ '--id-namespace': options.idNamespace, '--ids': options.ids });
  if (idOption !== undefined && !derivesIds) {
    return `${idOption} requires --derive-ids, --course-by-name or --format xapi`;
  }
  if (options.sameTime !== undefined && onConflict !== 'fail') {
    return `--same-time distinct cannot be used with --on-conflict ${onConflict}; remove one of them`;
  }
  const csvOption = firstGiven(csvOptions(options));
  if (csvOption !== undefined && file !== undefined && (format ?? formatOf(file)) !== 'csv') {
    return `${csvOption} requires --format csv`;
  }
  const output = options.ids === '-' ? '--ids' : options.rejects === '-' && '--rejects';
  if (output) return `${output} cannot be stdout, which has the summary; name a file`;
  const xapiOption = firstGiven(xapiOptions);
  if (xapiOption !== undefined && format !== 'xapi') return `${xapiOption} requires --format xapi`;
  const lineOption = firstGiven({
    '--course-by-name': options.courseByName,
    '--map': map[0],
    '--completed-at': options.completedAt,
    '--default': options.default[0],
    '--same-time': options.sameTime,
    '--new-ids': options.newIds,
  });
  if (lineOption !== undefined && format === 'xapi') return `${lineOption} cannot be used with --format xapi`;
  return undefined;
}

/** The options that say how the cells of a CSV file are meant. */
function csvOptions({ delimiter, encoding, decimalComma, timeUnit, timeZone, dateOrder }: ImportOptions) {
  return {
    '--delimiter': delimiter,
    '--encoding': encoding,
    '--decimal-comma': decimalComma,
    '--time-unit': timeUnit,
    '--time-zone': timeZone,
    '--date-order': dateOrder,
  };
}

/** Returns the name of the first option that has a value. */
function firstGiven(options: Readonly<Record<string, unknown>>): string | undefined {
  return Object.entries(options).find(([, value]) => value !== undefined)?.[0];
}

export const CSV_NAME = /\.(csv|tsv)(\.gz)?$/i;

/** stdin is CSV by default, like the output of `export`. */
export function formatOf(file: string): ImportFormat {
  if (file === '-' || CSV_NAME.test(file)) return 'csv';
  if (/\.(ndjson|jsonl)(\.gz)?$/i.test(file)) return 'ndjson';
  throw new UsageError(
    `${file} has an unknown extension; rename it to .csv, .ndjson or .jsonl, or add --format (${IMPORT_FORMATS.join(', ')})`,
  );
}
