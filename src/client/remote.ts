import * as z from 'zod';
import type { RecordResult, SessionKey, Stats, StatsCalls, Untyped } from '../core/api.js';
import { courseNotFound, StatsError } from '../core/errors.js';
import { batchedSessionSchema, callSchemas, withRepeatableId, type Call } from '../core/model/calls.js';
import { courseSchema } from '../core/model/course.js';
import { parseCall } from '../core/model/validation.js';
import { toUserId, type UserId } from '../core/model/ids.js';
import { historySchema } from '../core/model/history.js';
import { lifetimeStatsSchema, studiedCourseSchema } from '../core/model/lifetime.js';
import { pageSchema } from '../core/model/pagination.js';
import { erasureSchema, sessionSchema } from '../core/model/session.js';
import { HttpConnection, type HttpRequest, type QueryParameters } from './http.js';

/** The user of calls about courses: the nil UUID (RFC 9562, section 5.9). */
const NIL_USER = toUserId('00000000-0000-0000-0000-000000000000');

/** Validation ignores the time, because the clock of the server decides. */
const clock = () => Number.MAX_SAFE_INTEGER;
const calls = callSchemas(clock);
const batchedSession = batchedSessionSchema(clock);

/** Requests in flight per batch. */
const CONCURRENCY = 64;

export class RemoteStats implements Stats, Untyped<StatsCalls> {
  readonly #http: HttpConnection;

  constructor(base: URL, signal?: AbortSignal) {
    this.#http = new HttpConnection(base, signal);
  }

  get untyped(): Untyped<StatsCalls> {
    return this;
  }

  async addCourse(call: unknown) {
    const { course } = parseCall(calls.addCourse, call);
    const request = { method: 'POST', path: 'courses', userId: NIL_USER, body: course } as const;
    return (await this.#write(courseSchema, request)).body;
  }

  async setCourse(call: unknown) {
    const { courseId, course } = parseCall(calls.setCourse, call);
    const request = { method: 'PUT', path: `courses/${courseId}`, userId: NIL_USER, body: course } as const;
    const { isNew, body } = await this.#write(courseSchema, request);
    return { outcome: isNew ? ('created' as const) : ('replaced' as const), course: body };
  }

  async getCourse(call: unknown) {
    const { courseId } = parseCall(calls.getCourse, call);
    const [course] = (await this.listCourses({ courseId })).items;
    if (!course) throw courseNotFound(courseId);
    return course;
  }

  async deleteCourse(call: unknown) {
    const { courseId } = parseCall(calls.deleteCourse, call);
    const path = `courses/${courseId}`;
    await this.#http.send(z.undefined(), { method: 'DELETE', path, userId: NIL_USER, successes: [204] });
  }

  async listCourses(call: unknown = {}) {
    return this.#get(pageSchema(courseSchema), 'courses', NIL_USER, parseCall(calls.listCourses, call));
  }

  async recordSession(call: unknown) {
    return this.#recordSession(parseCall(calls.recordSession, call));
  }

  async #recordSession({ userId, courseId, session }: Call<'recordSession'>, isRepeatable = true) {
    const request = { method: 'POST', path: `courses/${courseId}`, userId, isRepeatable } as const;
    const { isNew, body } = await withRepeatableId(session.sessionId, (sessionId) =>
      this.#write(sessionSchema, { ...request, body: { ...session, sessionId } }),
    );
    return { outcome: isNew ? ('recorded' as const) : ('replayed' as const), session: body };
  }

  /**
   * Sends one request per session. Copies of a session are sent one after another, in their order. When a
   * session has failed in all its attempts, the others would wait as long. They are not sent if the server is
   * unavailable, and are not retried if the database is, because only that learner may be locked.
   */
  async recordSessions(call: unknown) {
    const { sessions: batch } = parseCall(calls.recordSessions, call);
    const results: RecordResult[] = [];
    let unreachable: StatsError | undefined;
    let isRepeatable = true;
    const record = async (item: unknown): Promise<RecordResult> => {
      if (unreachable) return { outcome: 'failed', error: unreachable };
      try {
        const { userId, courseId, ...session } = parseCall(batchedSession, { session: item }).session;
        const recorded = await this.#recordSession({ userId, courseId, session }, isRepeatable);
        return { outcome: recorded.outcome, sessionId: recorded.session.sessionId };
      } catch (error) {
        if (error instanceof StatsError && error.kind === 'unavailable') isRepeatable = false;
        if (error instanceof StatsError && error.code === 'server-unavailable') unreachable ??= error;
        return { outcome: 'failed', error };
      }
    };
    const copies = Map.groupBy(batch.entries(), ([index, item]) => identityOf(item) ?? index);
    const queue = copies.values();
    const sendNext = async () => {
      for (const group of queue) for (const [index, item] of group) results[index] = await record(item);
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, sendNext));
    return results;
  }

  async putSession(call: unknown) {
    const { userId, session, ...key } = parseCall(calls.putSession, call);
    const request = { method: 'PUT', path: sessionPath(key), userId, body: session } as const;
    const { isNew, body } = await this.#write(sessionSchema, request);
    return { outcome: isNew ? ('recorded' as const) : ('replaced' as const), session: body };
  }

  async getSession(call: unknown) {
    const { userId, ...key } = parseCall(calls.getSession, call);
    return this.#get(sessionSchema, sessionPath(key), userId);
  }

  async deleteSession(call: unknown) {
    const { userId, ...key } = parseCall(calls.deleteSession, call);
    const path = sessionPath(key);
    await this.#http.send(z.undefined(), { method: 'DELETE', path, userId, successes: [204] });
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

  async #get<T>(schema: z.ZodType<T>, path: string, userId?: UserId, query?: QueryParameters): Promise<T> {
    return (await this.#http.send(schema, { method: 'GET', path, userId, query })).body;
  }

  async #write<T>(schema: z.ZodType<T>, request: HttpRequest) {
    const reply = await this.#http.send(schema, { ...request, successes: [200, 201] });
    return { isNew: reply.status === 201, body: reply.body };
  }

  async close(): Promise<void> {
    await this.#http.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Returns `undefined` for a session without an id, which cannot be a copy of another. */
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
    // The user information may be a credential.
    const shown = JSON.stringify(text.replace(/^.*@/s, '…@').slice(0, 60));
    throw new StatsError('invalid-server-url', `The server URL ${shown} must be http://… or https://….`);
  }
  // Relative URLs resolve below the last slash.
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}
