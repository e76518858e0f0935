import { v5 as uuidV5, v7 as uuidV7 } from 'uuid';
import { sessionChecker, StatsError } from '../../core/index.js';
import {
  faultsOf,
  type Entry,
  type LineFault,
  type Place,
  type Reading,
  type Values,
} from './readers/entry.js';
import { rejected, type ImportResult } from './result.js';

/** Lines of a batch. More lines write fewer pages of SQLite each, and take more memory. */
const MAX_LINES = 60_000;
/** With new ids, a lost database leaves the results of a whole batch unknown. */
const MAX_LINES_OF_NEW_IDS = 1_000;
/** Characters of a batch: a few lines may be long. */
const MAX_CHARACTERS = 8 * 1024 * 1024;

/** The namespace of derived ids; it must never change. */
const DERIVED = '5f2c3b0e-52a4-5d0b-9a3e-8c1f4f6f6d4e';

/** A line that is rejected already, or a session to be recorded. */
export interface ImportLine extends Place {
  /** Characters. */
  readonly size: number;
  /** The values as the file has them; `undefined` for an unreadable line. */
  readonly values: Values | undefined;
  /** The values with the id of the session. */
  readonly session: Values;
  /** Learner, course and session: copies of a session have the same key. */
  readonly key: string;
  result: ImportResult | undefined;
}

/** Lines that are sorted and recorded together, in the order of the source. */
export class ImportBatch {
  readonly lines: ImportLine[] = [];
  readonly #start = performance.now();
  readonly #maxLines: number;
  #characters = 0;

  constructor({ newIds }: { readonly newIds: boolean }) {
    this.#maxLines = newIds ? MAX_LINES_OF_NEW_IDS : MAX_LINES;
  }

  add(line: ImportLine): void {
    this.lines.push(line);
    this.#characters += line.size;
  }

  get isFull(): boolean {
    return this.lines.length >= this.#maxLines || this.#characters >= MAX_CHARACTERS;
  }

  /** Milliseconds. */
  get age(): number {
    return performance.now() - this.#start;
  }

  /** The lines without a result by key: neighbours are written to the same pages. Copies keep their order. */
  sorted(): ImportLine[] {
    return this.lines
      .filter(({ result }) => !result)
      .toSorted((a, b) => (a.key < b.key ? -1 : a.key === b.key ? 0 : 1));
  }
}

/** Creates a function that gives the session of an entry its id, so that retries of the line count once. */
export function lineFactory({ newIds }: { readonly newIds: boolean }): (entry: Entry) => ImportLine {
  // The target applies its own clock; a derived id must not depend on the time of the import.
  const check = sessionChecker(() => Number.MAX_SAFE_INTEGER);

  const withId = (values: Values): NonNullable<Reading> => {
    if (isGiven(values['sessionId'])) return { values };
    const isTimed = isGiven(values['completedAt']);
    const session = { ...values, sessionId: uuidV7() };
    if (newIds && !isTimed) return { values: session };
    const faults: LineFault[] = [];
    try {
      const { userId, courseId, completedAt } = check(session);
      // One learner completes one session of a course at a time. The id is the same however the values are written.
      const name = `${userId} ${courseId} ${completedAt}`.toLowerCase();
      if (isTimed) return { values: { ...values, sessionId: uuidV5(name, DERIVED) } };
    } catch (error) {
      if (!(error instanceof StatsError)) throw error;
      faults.push(...faultsOf(error));
    }
    const rule = 'is required if completedAt is missing; --new-ids records a new session each time';
    return { faults: isTimed ? faults : [{ field: 'sessionId', rule }, ...faults] };
  };

  return (entry) => {
    const open = { values: undefined, session: {}, key: '', result: undefined };
    const identified = 'values' in entry ? withId(entry.values) : entry;
    if ('faults' in identified) return { ...open, ...entry, result: rejected(identified.faults) };
    const session = identified.values;
    return { ...open, ...entry, session, key: keyOf(session) };
  };
}

/** A value of null counts as missing. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function keyOf({ userId, courseId, sessionId }: Values): string {
  return `${textOf(userId)} ${textOf(courseId)} ${textOf(sessionId)}`.toLowerCase();
}

/** A value that is not text is not an id; the target rejects it. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
