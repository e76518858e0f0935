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
  /** The file of enrolments, which is imported instead of one of sessions. */
  readonly enrolments?: string;
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
  const { courses, enrolments, fromLegacy, dryRun, format, map, course, onConflict } = options;
  const source = file ?? enrolments;
  const xapiOptions = {
    '--course': course,
    '--gap': options.gap,
    '--verb': options.verb[0],
  };
  if (options.explain) return undefined;
  if (source === undefined && courses === undefined && fromLegacy === undefined) {
    return 'import needs a source; name a file, use - for stdin, or add --from-legacy, --courses or --enrolments';
  }
  if (file !== undefined && enrolments !== undefined) {
    return 'use a file of sessions or --enrolments, not both; import one after the other';
  }
  if (file !== undefined && fromLegacy !== undefined) return 'use a file or --from-legacy, not both';
  if (source === '-' && courses === '-') {
    return `use stdin for the ${file === undefined ? 'enrolments' : 'sessions'} or the courses, not for both`;
  }
  if (enrolments !== undefined) {
    const ofSessions = firstGiven(sessionsOnly(options));
    if (ofSessions !== undefined) return `${ofSessions} cannot be used with --enrolments; remove it`;
  }
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
  if (source === undefined && unused !== undefined) {
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
  if (csvOption !== undefined && source !== undefined && (format ?? formatOf(source)) !== 'csv') {
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

/** The options that concern sessions, but not enrolments. */
function sessionsOnly(options: ImportOptions) {
  return {
    '--from-legacy': options.fromLegacy,
    '--preview': options.preview,
    '--dry-run': options.dryRun,
    '--format xapi': options.format === 'xapi' ? options.format : undefined,
    '--completed-at': options.completedAt,
    '--same-time': options.sameTime,
    '--new-ids': options.newIds,
    '--on-conflict': options.onConflict === 'fail' ? undefined : options.onConflict,
    '--decimal-comma': options.decimalComma,
    '--time-unit': options.timeUnit,
    '--time-zone': options.timeZone,
    '--date-order': options.dateOrder,
  };
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
