import { openTemporaryDatabase } from '../../../core/index.js';
import type { Entry, LineFault, Values } from '../readers/entry.js';
import type { OnId } from '../readers/fields.js';
import { assertJson } from '../readers/json.js';
import type { Line } from '../readers/lines.js';
import { splitStatements, type StatementLines } from './pages.js';
import { sessionsOf } from './sessions.js';
import { StatementParser } from './statement.js';
import { StatementStore, type SharedName } from './store.js';

/** Sessions per group. */
const GROUP = 1_000;
/** Characters that a session counts without its modules. Sessions are sorted, so small batches are as fast as large ones. */
const SESSION_SIZE = 4_000;

/** Counts statements for the summary. */
export interface StatementsTally {
  read: number;
  repeated: number;
  voided: number;
  ofOtherVerbs: number;
}

export interface StatementReaderOptions {
  readonly idNamespace: string;
  /** The course of statements that name none. */
  readonly course: string | undefined;
  /** The verbs that count, as IRIs or their last path segments. Default: all. */
  readonly verbs: readonly string[];
  /** Milliseconds between two statements of a session, at most. */
  readonly gap: number;
  readonly tally: StatementsTally;
  readonly onId?: OnId | undefined;
  /** Receives the address of the page after the last one. */
  readonly onMore: (more: string) => void;
  /** Statements to read. Default: all. */
  readonly maxStatements?: number | undefined;
}

/**
 * Reads xAPI statements and derives the sessions. Statements that are rejected come first, in the order of the file. The
 * sessions come after the whole file was read.
 */
export async function* readStatements(
  chunks: AsyncIterable<Buffer>,
  options: StatementReaderOptions,
): AsyncGenerator<readonly Entry[]> {
  const { gap, tally, onMore, maxStatements = Infinity } = options;
  const { unit, groups: all } = await splitStatements(chunks, onMore);
  const groups = firstOf(all, maxStatements);
  using database = await openTemporaryDatabase();
  const store = new StatementStore(database);
  yield* storeStatements(store, { unit, groups }, options);
  Object.assign(tally, store.dropRepeatedAndVoided());
  yield* grouped(ownSessions(store, unit));
  yield* grouped(eventSessions(store, { unit, gap }));
}

async function* firstOf(
  groups: AsyncIterable<readonly Line[]>,
  count: number,
): AsyncGenerator<readonly Line[]> {
  let left = count;
  for await (const lines of groups) {
    yield lines.slice(0, left);
    left -= lines.length;
    if (left <= 0) return;
  }
}

async function* storeStatements(
  store: StatementStore,
  { unit, groups }: StatementLines,
  { tally, ...options }: StatementReaderOptions,
): AsyncGenerator<readonly Entry[]> {
  const parser = new StatementParser(options);
  for await (const lines of groups) {
    const rejected: Entry[] = [];
    for (const line of lines) {
      const text = line.text.trim();
      if (text === '' && line.fault === undefined) continue;
      tally.read++;
      const parsed = line.fault === undefined ? parser.parse(text) : { faults: [{ detail: line.fault }] };
      if (parsed === 'other verb') tally.ofOtherVerbs++;
      else if ('voids' in parsed) store.addVoiding(parsed.voids);
      else if ('learner' in parsed) store.add(line.number, parsed);
      else {
        if (unit === 'document' && line.fault === undefined) assertJson(line);
        rejected.push({
          line: line.number,
          label: `${unit} ${line.number}`,
          size: text.length,
          text,
          faults: parsed.faults,
        });
      }
    }
    if (rejected.length > 0) yield rejected;
  }
}

function* ownSessions(store: StatementStore, unit: StatementLines['unit']): Generator<Entry> {
  for (const { line, user, course, values } of store.sessions()) {
    const label = `${unit} ${line}`;
    yield toEntry({ line, label, values, courseNames: store.namesOf(course) }, store.sharedNameOf(user));
  }
}

function* eventSessions(
  store: StatementStore,
  { unit, gap }: { readonly unit: StatementLines['unit']; readonly gap: number },
): Generator<Entry> {
  for (const session of sessionsOf(store.events(), gap)) {
    const { line, count, user, course } = session;
    const label = `session of ${count} ${count === 1 ? 'statement' : 'statements'} from ${unit} ${line}`;
    const values = session.values();
    yield toEntry({ line, label, values, courseNames: store.namesOf(course) }, store.sharedNameOf(user));
  }
}

interface LabelledSession {
  readonly line: number;
  readonly label: string;
  readonly values: Values;
  readonly courseNames: readonly string[];
}

function toEntry({ values, ...session }: LabelledSession, shared: SharedName | undefined): Entry {
  const { moduleIds } = values;
  const size = SESSION_SIZE + (Array.isArray(moduleIds) ? moduleIds.join().length : 0);
  if (!shared) return { ...session, size, values };
  return { ...session, size, faults: [sharedNameFault(shared)] };
}

function sharedNameFault({ name, homePage: one, otherHomePage: other }: SharedName): LineFault {
  const [account, ...pages] = [name, one, other].map((text) => JSON.stringify(text.slice(0, 60)));
  return {
    field: 'actor.account.name',
    detail: `is ${account} with the home pages ${pages.join(' and ')}, which may be two people; import the statements of each home page with its own --id-namespace`,
  };
}

function* grouped(entries: Iterable<Entry>): Generator<readonly Entry[]> {
  let group: Entry[] = [];
  for (const entry of entries) {
    if (group.push(entry) < GROUP) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
