import * as z from 'zod';
import type { LearnerKey, SessionKey, Stats, StatsCalls, Untyped } from '../core/api.js';
import { courseNotFound, StatsError } from '../core/errors.js';
import { callerSchema, type CallerInfo } from '../core/model/caller.js';
import { callSchemas, withRepeatableId } from '../core/model/calls.js';
import { courseActivitySchema } from '../core/model/course-activity.js';
import { courseSchema } from '../core/model/course.js';
import { courseSummarySchema } from '../core/model/course-summary.js';
import { enrolmentSchema } from '../core/model/enrolment.js';
import { parseCall } from '../core/model/validation.js';
import type { UserId } from '../core/model/ids.js';
import { historySchema } from '../core/model/history.js';
import { learnerActivitySchema } from '../core/model/learner-activity.js';
import { lifetimeStatsSchema, studiedCourseSchema } from '../core/model/lifetime.js';
import { pageSchema } from '../core/model/pagination.js';
import { courseLearnerSchema, rosterSchema } from '../core/model/roster.js';
import { erasureSchema, sessionSchema } from '../core/model/session.js';
import { ignoredClock, recordBatch } from './batch.js';
import { NIL_USER, type HttpConnection, type HttpRequest, type QueryParameters } from './http.js';

const calls = callSchemas(ignoredClock);

/** Lifetime stats on a running server. */
export interface ServerStats extends Stats {
  /**
   * Returns who the server takes this client for, and what it may do.
   *
   * @throws {StatsError} `access-denied`
   */
  whoami(): Promise<CallerInfo>;
}

export class RemoteStats implements ServerStats, Untyped<StatsCalls> {
  readonly #http: HttpConnection;

  constructor(http: HttpConnection) {
    this.#http = http;
  }

  get untyped(): Untyped<StatsCalls> {
    return this;
  }

  async addCourse(call: unknown) {
    const { course } = parseCall(calls.addCourse, call);
    const request = { method: 'POST', path: 'courses', body: course } as const;
    return (await this.#write(courseSchema, request)).body;
  }

  async setCourse(call: unknown) {
    const { courseId, course } = parseCall(calls.setCourse, call);
    const request = { method: 'PUT', path: `courses/${courseId}`, body: course } as const;
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
    await this.#http.send(z.undefined(), { method: 'DELETE', path, successes: [204] });
  }

  async listCourses(call: unknown = {}) {
    return this.#get(pageSchema(courseSchema), 'courses', undefined, parseCall(calls.listCourses, call));
  }

  async enrolLearner(call: unknown) {
    const { enrolment, ...learner } = parseCall(calls.enrolLearner, call);
    const request = { method: 'PUT', path: learnerPath(learner), body: enrolment } as const;
    const { isNew, body } = await this.#write(enrolmentSchema, request);
    return { outcome: isNew ? ('created' as const) : ('replaced' as const), enrolment: body };
  }

  async unenrolLearner(call: unknown) {
    const path = learnerPath(parseCall(calls.unenrolLearner, call));
    await this.#http.send(z.undefined(), { method: 'DELETE', path, successes: [204] });
  }

  async listLearners(call: unknown) {
    const { courseId, ...query } = parseCall(calls.listLearners, call);
    return this.#get(rosterSchema, `courses/${courseId}/learners`, undefined, query);
  }

  async getLearner(call: unknown) {
    const { inactiveAfter, ...learner } = parseCall(calls.getLearner, call);
    return this.#get(courseLearnerSchema, learnerPath(learner), undefined, { inactiveAfter });
  }

  async getSummary(call: unknown) {
    const { courseId, ...query } = parseCall(calls.getSummary, call);
    return this.#get(courseSummarySchema, `courses/${courseId}/summary`, undefined, query);
  }

  async getCourseActivity(call: unknown) {
    const { courseId, ...query } = parseCall(calls.getCourseActivity, call);
    return this.#get(courseActivitySchema, `courses/${courseId}/activity`, undefined, query);
  }

  async recordSession(call: unknown) {
    const { userId, courseId, session } = parseCall(calls.recordSession, call);
    // With an id, which `withRepeatableId` adds, it can be repeated.
    const request = { method: 'POST', path: `courses/${courseId}`, userId, isRepeatable: true } as const;
    const { isNew, body } = await withRepeatableId(session.sessionId, (sessionId) =>
      this.#write(sessionSchema, { ...request, body: { ...session, sessionId } }),
    );
    return { outcome: isNew ? ('recorded' as const) : ('replayed' as const), session: body };
  }

  async recordSessions(call: unknown) {
    return recordBatch(this.#http, parseCall(calls.recordSessions, call).sessions);
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

  async getLearnerActivity(call: unknown) {
    const { userId, ...query } = parseCall(calls.getLearnerActivity, call);
    return this.#get(learnerActivitySchema, 'me/activity', userId, query);
  }

  async listStudiedCourses(call: unknown) {
    const { userId, ...query } = parseCall(calls.listStudiedCourses, call);
    return this.#get(pageSchema(studiedCourseSchema), 'me/courses', userId, query);
  }

  async eraseUser(call: unknown) {
    const { userId } = parseCall(calls.eraseUser, call);
    return (await this.#http.send(erasureSchema, { method: 'DELETE', path: 'me', userId })).body;
  }

  async whoami(): Promise<CallerInfo> {
    const caller = await this.#get(callerSchema, 'whoami');
    return caller.userId === NIL_USER ? { ...caller, userId: null } : caller;
  }

  async ready(): Promise<void> {
    // Not retried, because the answer is about now.
    const request = { method: 'GET', path: 'readyz', isRepeatable: false } as const;
    await this.#http.send(z.object({ status: z.literal('ok') }), request);
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

function sessionPath({ courseId, sessionId }: Omit<SessionKey, 'userId'>): string {
  return `courses/${courseId}/sessions/${sessionId}`;
}

function learnerPath({ userId, courseId }: LearnerKey): string {
  return `courses/${courseId}/learners/${userId}`;
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
