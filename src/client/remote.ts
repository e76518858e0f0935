import * as z from 'zod';
import type { RecordResult, SessionKey, Stats, StatsCalls, Unchecked } from '../core/api.js';
import { StatsError } from '../core/errors.js';
import { batchedSessionSchema, callSchemas } from '../core/model/calls.js';
import { courseSchema } from '../core/model/course.js';
import { parseCall } from '../core/model/faults.js';
import { toUserId, type UserId } from '../core/model/ids.js';
import { erasureSchema } from '../core/model/erasure.js';
import { historySchema } from '../core/model/history.js';
import { lifetimeStatsSchema, studiedCourseSchema } from '../core/model/lifetime.js';
import { pageSchema } from '../core/model/page.js';
import { sessionSchema } from '../core/model/session.js';
import { courseNotFound, repeatable } from '../core/refusals.js';
import { HttpConnection, type Query } from './http.js';

/** Whom a call speaks for that concerns no learner: the nil UUID (RFC 9562, section 5.9). */
const NOBODY = toUserId('00000000-0000-0000-0000-000000000000');

/** Arguments are checked here too; only the server's clock can tell what lies too far ahead. */
const calls = callSchemas(() => Number.MAX_SAFE_INTEGER);

const batchedSession = batchedSessionSchema(() => Number.MAX_SAFE_INTEGER);

/** Requests of a batch in flight. */
const CONCURRENCY = 64;

const OK = 200;
const CREATED = 201;
const NO_CONTENT = 204;

/** The calls on a running server. */
export class RemoteStats implements Stats, Unchecked<StatsCalls> {
  readonly #http: HttpConnection;

  /** @param signal aborted when nobody waits for answers any more: the calls then fail */
  constructor(base: URL, signal?: AbortSignal) {
    this.#http = new HttpConnection(base, signal);
  }

  get unchecked(): Unchecked<StatsCalls> {
    return this;
  }

  async addCourse(call: unknown) {
    const { course } = parseCall(calls.addCourse, call);
    const { body } = await this.#http.send(courseSchema, {
      method: 'POST',
      path: 'courses',
      userId: NOBODY,
      body: course,
      successes: [CREATED],
    });
    return body;
  }

  async setCourse(call: unknown) {
    const { courseId, course } = parseCall(calls.setCourse, call);
    const { status, body } = await this.#http.send(courseSchema, {
      method: 'PUT',
      path: `courses/${courseId}`,
      userId: NOBODY,
      body: course,
      successes: [OK, CREATED],
    });
    return { outcome: status === CREATED ? ('created' as const) : ('replaced' as const), course: body };
  }

  async getCourse(call: unknown) {
    const { courseId } = parseCall(calls.getCourse, call);
    const [course] = (await this.listCourses({ courseId })).items;
    if (!course) throw courseNotFound(courseId);
    return course;
  }

  async listCourses(call: unknown) {
    return this.#get(pageSchema(courseSchema), 'courses', NOBODY, parseCall(calls.listCourses, call));
  }

  async recordSession(call: unknown) {
    const { userId, courseId, session } = parseCall(calls.recordSession, call);
    const { status, body } = await repeatable(session.sessionId, (sessionId) =>
      this.#http.send(sessionSchema, {
        method: 'POST',
        path: `courses/${courseId}`,
        userId,
        body: { ...session, sessionId },
        successes: [OK, CREATED],
      }),
    );
    return { outcome: status === CREATED ? ('recorded' as const) : ('replayed' as const), session: body };
  }

  /** A server takes them one by one; copies of one session are sent in their order. */
  async recordSessions(call: unknown) {
    const { sessions: batch } = parseCall(calls.recordSessions, call);
    const results: RecordResult[] = [];
    let lost: { readonly error: unknown } | undefined;
    const record = async (item: unknown): Promise<RecordResult> => {
      if (lost) return { outcome: 'failed', error: lost.error };
      try {
        const { userId, courseId, ...session } = parseCall(batchedSession, { session: item }).session;
        const { outcome, session: stored } = await this.recordSession({ userId, courseId, session });
        return { outcome, sessionId: stored.sessionId };
      } catch (error) {
        // The rest would wait for a lost server in vain, one after the other.
        if (error instanceof StatsError && error.code === 'server-unavailable') lost ??= { error };
        return { outcome: 'failed', error };
      }
    };
    const copies = Map.groupBy(batch.entries(), ([place, item]) => identityOf(item) ?? place);
    const queue = copies.values();
    const sendInTurn = async () => {
      for (const group of queue) for (const [place, item] of group) results[place] = await record(item);
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, sendInTurn));
    return results;
  }

  async putSession(call: unknown) {
    const { userId, courseId, sessionId, session } = parseCall(calls.putSession, call);
    const { status, body } = await this.#http.send(sessionSchema, {
      method: 'PUT',
      path: sessionPath({ courseId, sessionId }),
      userId,
      body: session,
      successes: [OK, CREATED],
    });
    return { outcome: status === CREATED ? ('recorded' as const) : ('replaced' as const), session: body };
  }

  async getSession(call: unknown) {
    const { userId, ...key } = parseCall(calls.getSession, call);
    return this.#get(sessionSchema, sessionPath(key), userId);
  }

  async deleteSession(call: unknown) {
    const { userId, ...key } = parseCall(calls.deleteSession, call);
    const path = sessionPath(key);
    await this.#http.send(z.undefined(), { method: 'DELETE', path, userId, successes: [NO_CONTENT] });
  }

  async listSessions(call: unknown) {
    const { userId, courseId, ...query } = parseCall(calls.listSessions, call);
    return this.#get(pageSchema(sessionSchema), `courses/${courseId}/sessions`, userId, query);
  }

  async getStats(call: unknown) {
    const { userId, courseId } = parseCall(calls.getStats, call);
    return this.#get(lifetimeStatsSchema, `courses/${courseId}`, userId);
  }

  async getHistory(call: unknown) {
    const { userId, courseId, ...query } = parseCall(calls.getHistory, call);
    return this.#get(historySchema, `courses/${courseId}/history`, userId, query);
  }

  async listStudiedCourses(call: unknown) {
    const { userId, ...query } = parseCall(calls.listStudiedCourses, call);
    return this.#get(pageSchema(studiedCourseSchema), 'me/courses', userId, query);
  }

  async eraseUser(call: unknown) {
    const { userId } = parseCall(calls.eraseUser, call);
    return (await this.#http.send(erasureSchema, { method: 'DELETE', path: 'me', userId })).body;
  }

  async ready(): Promise<void> {
    await this.#get(z.object({ status: z.literal('ok') }), 'readyz');
  }

  async #get<T>(schema: z.ZodType<T>, path: string, userId?: UserId, query?: Query): Promise<T> {
    return (await this.#http.send(schema, { method: 'GET', path, userId, query })).body;
  }

  async close(): Promise<void> {
    await this.#http.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** The identity of a session that has an id; a session without one is never a copy of another. */
function identityOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null || !('sessionId' in item)) return undefined;
  const { userId, courseId, sessionId } = { userId: '', courseId: '', ...item };
  return [userId, courseId, sessionId].join(' ').toLowerCase();
}

function sessionPath({ courseId, sessionId }: Omit<SessionKey, 'userId'>): string {
  return `courses/${courseId}/sessions/${sessionId}`;
}

/** @throws {StatsError} `invalid-server-url` */
export function parseServerUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new StatsError('invalid-server-url', 'The server URL must be http://… or https://….');
  }
  // A server behind a path keeps it: relative paths resolve below the last slash.
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}
