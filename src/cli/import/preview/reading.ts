import { deriveId, sessionChecker, StatsError } from '../../../core/index.js';
import type { Io } from '../../io.js';
import { readIdNamespace } from '../../settings.js';
import { FaultKinds } from '../fault-kinds.js';
import { toImportLine, type ImportLine } from '../line.js';
import type { ImportOptions } from '../options.js';
import { describeFaults, describePosition, faultsOf, type LineFault, type Values } from '../readers/entry.js';
import { withDerivedIds } from '../readers/fields.js';
import type { SessionFileReader } from '../session-file.js';
import { MAX_ROWS } from './sample.js';

/** Rejected rows that are printed. */
export const MAX_EXAMPLES = 5;

/** How the import would read the first rows. */
export interface Reading {
  readonly rows: number;
  readonly sessions: ReadonlyMap<string, ImportLine>;
  /** The first accepted row, or else the first that has values, and its number from 0. */
  readonly example: { readonly values: Values; readonly row: number } | undefined;
  readonly rejected: number;
  readonly kinds: readonly string[];
  readonly examples: readonly string[];
  /** Rows of the same learner, course and time, but with other content. */
  readonly sameTime: number;
}

export async function readRows(
  io: Io,
  reader: SessionFileReader,
  { chunks, options }: { readonly chunks: AsyncIterable<Buffer>; readonly options: ImportOptions },
): Promise<Reading> {
  const namespace = readIdNamespace(io, options);
  const lineOptions = {
    newIds: options.newIds ?? false,
    idNamespace: options.deriveIds ? namespace : undefined,
    courseIdOf: options.courseByName ? (name: string) => deriveId(name, namespace) : undefined,
    defaults: reader.defaults,
    completedNow: options.completedAt === 'now',
  };
  const check = sessionChecker(Date.now);
  const sessions = new Map<string, ImportLine>();
  /** The contents of the sessions with the same key. */
  const contents = new Map<string, Set<string>>();
  const kinds = new FaultKinds();
  const examples: string[] = [];
  let accepted: Reading['example'];
  let unaccepted: Reading['example'];
  let [rows, rejected] = [0, 0];
  const reject = (line: ImportLine, faults: readonly LineFault[]) => {
    rejected++;
    kinds.add(faults);
    if (examples.length < MAX_EXAMPLES) examples.push(`${describePosition(line)}: ${describeFaults(faults)}`);
    const values = withDerivedIds(readableValues(line, faults), options.deriveIds ? namespace : undefined);
    if (line.values) unaccepted ??= { values, row: rows };
  };
  const add = (line: ImportLine) => {
    if (line.result?.outcome === 'rejected') {
      reject(line, line.result.faults);
      return;
    }
    try {
      const { sessionId: _, ...content } = check(line.session);
      const known = contents.get(line.key) ?? new Set();
      contents.set(line.key, known.add(JSON.stringify(content)));
    } catch (error) {
      if (!(error instanceof StatsError)) throw error;
      reject(line, faultsOf(error));
      return;
    }
    accepted ??= { values: line.session, row: rows };
    const isDistinct = options.sameTime === 'distinct' && line.hasDerivedId;
    sessions.set(isDistinct ? `${line.key} ${contents.get(line.key)?.size}` : line.key, line);
  };
  for await (const entries of reader.read(chunks)) {
    for (const entry of entries) {
      if (rows === MAX_ROWS) break;
      add(toImportLine(entry, lineOptions));
      rows++;
    }
    if (rows === MAX_ROWS) break;
  }
  const sameTime = Array.from(sessions.values())
    .filter(({ hasDerivedId }) => hasDerivedId)
    .map(({ key }) => contents.get(key)?.size ?? 0)
    .filter((size) => size > 1)
    .reduce((sum, size) => sum + size, 0);
  return {
    rows,
    sessions,
    rejected,
    kinds: kinds.describe(),
    examples,
    sameTime,
    example: accepted ?? unaccepted,
  };
}

/** Returns the values of a rejected line without those that are the reason. */
function readableValues({ values = {} }: ImportLine, faults: readonly LineFault[]): Values {
  const unreadable = new Set(faults.map(({ field }) => field?.split('.')[0]));
  return Object.fromEntries(Object.entries(values).filter(([field]) => !unreadable.has(field)));
}
