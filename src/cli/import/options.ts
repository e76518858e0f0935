import { UsageError } from '../errors.js';
import type { TargetOptions } from '../target.js';

export const IMPORT_FORMATS = ['csv', 'ndjson', 'xapi'] as const;
type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** How to treat a session that exists with other content. */
export const ON_CONFLICT = ['fail', 'skip', 'replace'] as const;

/** The options of the command line. */
export interface ImportOptions extends TargetOptions {
  readonly format?: ImportFormat;
  readonly map: readonly string[];
  readonly course?: string;
  readonly courses?: string;
  readonly createCourses?: boolean;
  readonly onConflict: (typeof ON_CONFLICT)[number];
  readonly newIds?: boolean;
  readonly rejects?: string;
  readonly fromLegacy?: string;
  readonly dryRun?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** @throws {UsageError} if options contradict each other or one would have no effect */
export function checkOptions(file: string | undefined, options: ImportOptions): void {
  const reason = contradictionOf(file, options);
  if (reason !== undefined) throw new UsageError(reason);
}

function contradictionOf(file: string | undefined, options: ImportOptions): string | undefined {
  const { courses, fromLegacy, dryRun, format, map, course, onConflict } = options;
  if (file === undefined && courses === undefined && fromLegacy === undefined) {
    return 'import what? Name a file, - for stdin, or --from-legacy';
  }
  if (file !== undefined && fromLegacy !== undefined) return 'a file and --from-legacy exclude each other';
  if (file === '-' && courses === '-') return 'stdin can be the sessions or the courses, not both';
  if (dryRun && courses !== undefined) return '--dry-run changes nothing, and so cannot import --courses';
  const ofFile = { '--format': format, '--map': map[0], '--course': course };
  const ofSessions = {
    '--create-courses': options.createCourses,
    '--new-ids': options.newIds,
    '--rejects': options.rejects,
    '--on-conflict': onConflict === 'fail' ? undefined : onConflict,
  };
  const withoutFile = { ...ofFile, ...(fromLegacy === undefined && ofSessions) };
  const unused = Object.entries(withoutFile).find(([, value]) => value !== undefined)?.[0];
  if (file === undefined && unused !== undefined) {
    return `${unused} is for a file of sessions; name the file`;
  }
  if (options.rejects === '-') return '--rejects needs a file, because stdout has the summary';
  if (course !== undefined && format !== 'xapi') return '--course is for --format xapi';
  if (map.length > 0 && format === 'xapi') return '--map is not for --format xapi, whose fields are fixed';
  return undefined;
}

/** The format by the file's name; stdin has none and usually receives what `export` writes. */
export function formatOf(file: string): ImportFormat {
  if (file === '-' || /\.csv(\.gz)?$/i.test(file)) return 'csv';
  if (/\.(ndjson|jsonl)(\.gz)?$/i.test(file)) return 'ndjson';
  throw new UsageError(
    `the name of ${file} does not show its format; add --format ${IMPORT_FORMATS.join('|')}`,
  );
}
