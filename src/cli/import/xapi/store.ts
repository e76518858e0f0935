/*
 * Orders statements in a temporary database, because a file of them may not fit in memory.
 *
 * All rows are inserted in one transaction, in the order of the file. Three sorts follow, which need no random access:
 * by statement id, to find repeated and voided statements; by learner, to find accounts that share a name; and by
 * learner, course, time and id, in which order the events are read.
 */
import type { TemporaryDatabase, TemporaryQuery, TemporaryStatement } from '../../../core/index.js';
import { BoundedCache } from '../../bounded-cache.js';
import type { Values } from '../readers/entry.js';
import type { Account } from './learner.js';
import type { Statement } from './statement.js';
import type { StatementCourse } from './course.js';

const SCHEMA = `
  create table statements (
    line integer primary key, id blob, user blob, account integer, course blob,
    time integer, module text, score real, duration integer, session text
  );
  create table voided (id blob);
  create table accounts (key integer primary key, home_page text, name text);
  create table courses (id blob, text text, name text);
  create table dropped (line integer primary key);
  create table shared_names (user blob primary key, name text, home_page text, other_home_page text) without rowid;
  begin`;

const DROP_REPEATED = `
  insert into dropped select line from (
    select line, id, lag(id) over (order by id, line) as previous from statements
  ) where id = previous`;

const DROP_VOIDED = `
  insert or ignore into dropped select line from statements where id in (select id from voided)`;

const FIND_SHARED_NAMES = `
  insert into shared_names
  select user, min(name), min(home_page), max(home_page)
  from statements join accounts on account = key
  where line not in (select line from dropped)
  group by user having min(home_page) <> max(home_page)`;

const SELECT_EVENTS = `
  select line, id, user, course, time, module, score, duration from statements
  where session is null and line not in (select line from dropped)
  order by user, course, time, id`;

const SELECT_SESSIONS = `
  select line, user, course, session from statements
  where session is not null and line not in (select line from dropped) order by line`;

const SELECT_COURSE = `
  select text, name from courses where id = ? order by name is null, rowid limit 1`;

const SELECT_SHARED_NAME = `
  select name, home_page as homePage, other_home_page as otherHomePage from shared_names where user = ?`;

export interface EventRow {
  readonly line: number;
  readonly id: Buffer;
  readonly user: Buffer;
  readonly course: Buffer;
  readonly time: number;
  readonly module: string | null;
  readonly score: number | null;
  readonly duration: number | null;
}

interface SessionRow {
  readonly line: number;
  readonly user: Buffer;
  readonly course: Buffer;
  readonly session: string;
}

/** An account name that occurs under two home pages, which may be those of two people. */
export interface SharedName {
  readonly name: string;
  readonly homePage: string;
  readonly otherHomePage: string;
}

/** Entries of a cache. */
const MAX_CACHED = 10_000;

export class StatementStore {
  readonly #database: TemporaryDatabase;
  readonly #insertStatement: TemporaryStatement;
  readonly #insertVoided: TemporaryStatement;
  readonly #insertAccount: TemporaryStatement;
  readonly #insertCourse: TemporaryStatement;
  readonly #selectCourse: TemporaryQuery<{ readonly text: string; readonly name: string | null }>;
  readonly #selectSharedName: TemporaryQuery<SharedName>;
  readonly #accountKeys = new BoundedCache<Account, number>(MAX_CACHED);
  #accounts = 0;
  /** At most two, which is enough to know that names may be shared. */
  readonly #homePages = new Set<string>();
  /** The inserted courses. The values have no meaning. */
  readonly #knownCourses = new BoundedCache<string, number>(MAX_CACHED);
  readonly #courseNames = new BoundedCache<string, readonly string[]>(MAX_CACHED);

  constructor(database: TemporaryDatabase) {
    this.#database = database;
    database.execute(SCHEMA);
    this.#insertStatement = database.prepare('insert into statements values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#insertVoided = database.prepare('insert into voided values (?)');
    this.#insertAccount = database.prepare('insert into accounts values (?, ?, ?)');
    this.#insertCourse = database.prepare('insert into courses values (?, ?, ?)');
    this.#selectCourse = database.query(SELECT_COURSE);
    this.#selectSharedName = database.query(SELECT_SHARED_NAME);
  }

  add(line: number, { id, learner: { userId, account }, course, content }: Statement): void {
    this.#addCourse(course);
    const event = 'session' in content ? undefined : content;
    this.#insertStatement.run(
      line,
      toBytes(id),
      toBytes(userId),
      account ? this.#keyOf(account) : null,
      toBytes(course.courseId),
      event?.time,
      event?.moduleId,
      event?.score,
      event?.duration,
      'session' in content ? content.session : null,
    );
  }

  addVoiding(id: string): void {
    this.#insertVoided.run(toBytes(id));
  }

  /** Call it once, after all statements were added. Returns the numbers of dropped statements. */
  dropRepeatedAndVoided(): { readonly repeated: number; readonly voided: number } {
    this.#database.execute('commit; create index statements_id on statements (id)');
    const repeated = this.#database.prepare(DROP_REPEATED).run();
    const voided = this.#database.prepare(DROP_VOIDED).run();
    this.#database.execute('drop index statements_id; create index courses_id on courses (id)');
    if (this.#homePages.size > 1) this.#database.execute(FIND_SHARED_NAMES);
    return { repeated, voided };
  }

  /** The events by learner, course, time and id. */
  events(): IterableIterator<EventRow> {
    return this.#database.query<EventRow>(SELECT_EVENTS).iterate();
  }

  /** The statements that are sessions of their own, in the order of the file. */
  *sessions(): Generator<Omit<SessionRow, 'session'> & { readonly values: Values }> {
    for (const { session, ...row } of this.#database.query<SessionRow>(SELECT_SESSIONS).iterate()) {
      yield { ...row, values: JSON.parse(session) };
    }
  }

  sharedNameOf(user: Buffer): SharedName | undefined {
    return this.#homePages.size > 1 ? this.#selectSharedName.get(user) : undefined;
  }

  /** Returns the names that a new course may have, the best first. */
  namesOf(course: Buffer): readonly string[] {
    const key = course.toString('latin1');
    return this.#courseNames.getOrAdd(key, () => {
      const { text, name = null } = this.#selectCourse.get(course) ?? { text: toUuid(course) };
      return name === null ? [text] : [name, text];
    });
  }

  #addCourse({ courseId, text, name }: StatementCourse): void {
    const key = `${text}\0${name ?? ''}`;
    this.#knownCourses.getOrAdd(key, () => this.#insertCourse.run(toBytes(courseId), text, name));
  }

  /** An evicted account gets another key. */
  #keyOf(account: Account): number {
    return this.#accountKeys.getOrAdd(account, () => {
      const key = ++this.#accounts;
      this.#insertAccount.run(key, account.homePage, account.name);
      if (this.#homePages.size < 2) this.#homePages.add(account.homePage);
      return key;
    });
  }
}

function toBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

export function toUuid(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
