import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { openStats, type CourseId, type Session, type UserId } from '../../src/core/index.js';
import { newSessionId, newUserId, sessionContent } from './factories.js';
import type { HttpAnswer } from './http-answer.js';
import { HttpClient } from './http-client.js';
import { asSet } from './naive-stats.js';

const LEARNERS = 12;
/** Milliseconds before a client retries after a 503. */
const RETRY_PAUSE = 20;

interface Sent {
  readonly userId: UserId;
  readonly json: ReturnType<typeof newSession>;
}

/** Records sessions of a few learners over HTTP and keeps the acknowledged ones. */
export class Load {
  readonly #courseId: CourseId;
  readonly #learners = Array.from({ length: LEARNERS }, newUserId);
  readonly #sent: Sent[] = [];
  readonly #acknowledged = new Set<string>();
  readonly #unanswered: Sent[] = [];
  readonly statuses = new Map<number, number>();

  constructor(courseId: CourseId) {
    this.#courseId = courseId;
  }

  get acknowledged(): number {
    return this.#acknowledged.size;
  }

  /**
   * Records until it is aborted or the server has exited. Each client has one request in flight. Unanswered
   * requests of the previous run are sent first, and a 503 is retried.
   */
  async run(url: string, clients: number, signal: AbortSignal): Promise<void> {
    await using client = new HttpClient(url, clients);
    const repeated = this.#unanswered.splice(0);
    const record = async () => {
      while (!signal.aborted) {
        const sent = repeated.pop() ?? this.#next();
        if (!(await this.#record(client, sent, signal))) return;
      }
    };
    await Promise.all(Array.from({ length: clients }, record));
    this.#unanswered.push(...repeated);
  }

  /** Asserts that every acknowledged session is stored with its content, and that no other session is. */
  async assertStored(database: string): Promise<void> {
    const stored = new Map<string, Session>();
    await using stats = await openStats({ database });
    for (const userId of this.#learners) {
      for (let cursor: string | undefined; ;) {
        const page = { userId, courseId: this.#courseId, limit: 1_000, ...(cursor && { cursor }) };
        const { items, next } = await stats.listSessions(page);
        for (const session of items) stored.set(`${userId} ${session.sessionId}`, session);
        if (next === null) break;
        cursor = next;
      }
    }
    const sent = new Map(this.#sent.map((each) => [nameOf(each), each.json]));
    for (const name of this.#acknowledged) assert.ok(stored.has(name), `${name} was acknowledged and lost`);
    for (const [name, { courseId, createdAt, updatedAt, completedAt, ...session }] of stored) {
      const json = sent.get(name) ?? assert.fail(`${name} was never sent`);
      assert.deepEqual(session, { ...json, moduleIds: asSet(json.moduleIds) });
      assert.deepEqual([courseId, updatedAt, completedAt], [this.#courseId, createdAt, createdAt]);
    }
  }

  #next(): Sent {
    const index = this.#sent.length;
    const userId = this.#learners[index % LEARNERS] ?? assert.fail('there are no learners');
    const sent = { userId, json: newSession(index) };
    this.#sent.push(sent);
    return sent;
  }

  /** True if the server responds. */
  async #record(client: HttpClient, sent: Sent, signal: AbortSignal): Promise<boolean> {
    const answer = await post(client, this.#courseId, sent);
    if (!answer) {
      this.#unanswered.push(sent);
      return false;
    }
    this.statuses.set(answer.status, (this.statuses.get(answer.status) ?? 0) + 1);
    if (answer.status === 503) {
      assert.match(answer.headers['retry-after'] ?? '', /^[1-9][0-9]*$/);
      await setTimeout(RETRY_PAUSE);
      if (signal.aborted) this.#unanswered.push(sent);
      return signal.aborted || this.#record(client, sent, signal);
    }
    assert.ok(answer.status === 201 || answer.status === 200, answer.text);
    this.#acknowledged.add(nameOf(sent));
    return true;
  }
}

/** Returns undefined if the server exited before it responded. */
async function post(
  client: HttpClient,
  courseId: CourseId,
  { userId, json }: Sent,
): Promise<HttpAnswer | undefined> {
  try {
    return await client.send('POST', `/courses/${courseId}`, { userId, json });
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error, String(error));
    assert.match(String(error.code), /^(UND_ERR_SOCKET|ECONNRESET|ECONNREFUSED|EPIPE)$/);
    return undefined;
  }
}

function newSession(index: number) {
  const moduleIds = index % 3 === 0 ? [] : [`m${index % 7}`, `m${index % 11}`];
  return { sessionId: newSessionId(), moduleIds, ...sessionContent({ timeStudied: index }) };
}

function nameOf({ userId, json }: Sent): string {
  return `${userId} ${json.sessionId}`;
}
