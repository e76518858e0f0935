import * as z from 'zod';
import type { LearnerSession, RecordResult } from '../core/api.js';
import { isErrorCode, StatsError } from '../core/errors.js';
import { batchedSessionSchema, withIdToRepeat } from '../core/model/calls.js';
import { newSessionId, type SessionId } from '../core/model/ids.js';
import { batchItemSchema } from '../core/model/session.js';
import { parseCall } from '../core/model/validation.js';
import { accessDenied, problemSchema, type HttpConnection } from './http.js';

/** Validation ignores the time, because the clock of the server decides. */
export const ignoredClock = () => Number.MAX_SAFE_INTEGER;
const schema = batchedSessionSchema(ignoredClock);

/** Bytes of a request, below the limit of the server (1 MiB). */
const MAX_REQUEST = 900_000;
/** An upper bound of the bytes of a session without its modules, and of the syntax around a module id. */
const SESSION_BYTES = 400;
const MODULE_BYTES = 3;

/** A valid session. Its id makes the request repeatable. */
interface Sendable {
  readonly session: LearnerSession;
  /** Its id, unless the caller sent it. */
  readonly newId: SessionId | undefined;
}

type FailedResult = Extract<RecordResult, { outcome: 'failed' }>;

const itemSchema = batchItemSchema.extend({ problem: problemSchema.optional() });

/**
 * Records sessions with as few requests as their size allows. The results have the order of the sessions. When a
 * request has failed in all its attempts, no further one is sent.
 */
export async function recordBatch(
  http: HttpConnection,
  sessions: readonly unknown[],
): Promise<readonly RecordResult[]> {
  const checked = sessions.map(check);
  const results: RecordResult[] = [];
  let failure: { readonly error: unknown } | undefined;
  for (const part of partsOf(checked.filter((each) => 'session' in each))) {
    try {
      if (!failure) results.push(...(await send(http, part)));
    } catch (error) {
      failure = { error };
    }
    if (failure) for (const { newId } of part) results.push(failed(failure.error, newId));
  }
  results.reverse();
  return checked.map((each) => ('session' in each ? (results.pop() ?? throwMissing()) : each));
}

function check(item: unknown): Sendable | FailedResult {
  try {
    const { session } = parseCall(schema, { session: item });
    if (session.sessionId !== undefined) return { session, newId: undefined };
    const newId = newSessionId();
    return { session: { ...session, sessionId: newId }, newId };
  } catch (error) {
    return failed(error);
  }
}

function* partsOf(sendable: readonly Sendable[]): Generator<readonly Sendable[]> {
  let part: Sendable[] = [];
  let bytes = 0;
  for (const each of sendable) {
    const size = sizeOf(each.session);
    if (part.length > 0 && bytes + size > MAX_REQUEST) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(each);
    bytes += size;
  }
  if (part.length > 0) yield part;
}

/** JSON needs up to two bytes for each character of a module id. */
function sizeOf({ moduleIds = [] }: LearnerSession): number {
  return moduleIds.reduce((size, id) => size + 2 * id.length + MODULE_BYTES, SESSION_BYTES);
}

async function send(http: HttpConnection, part: readonly Sendable[]): Promise<RecordResult[]> {
  const body = { sessions: part.map(({ session }) => session) };
  const replySchema = z.object({ items: z.array(itemSchema).length(part.length) });
  const request = { method: 'POST', path: 'sessions', isRepeatable: true, body } as const;
  const { items } = (await http.send(replySchema, request)).body;
  return items.map((item, index) => toResult(item, part[index]));
}

function toResult(
  { status, outcome, sessionId, problem }: z.output<typeof itemSchema>,
  sent: Sendable | undefined,
): RecordResult {
  if (outcome && sessionId) return { outcome, sessionId };
  const { code = 'no problem', detail = '', errors: faults = [] } = problem ?? {};
  if (isErrorCode(code)) return failed(new StatsError(code, detail, { faults }), sent?.newId);
  if (problem && status === 403) return failed(accessDenied(problem, sent?.session.courseId));
  return failed(
    new StatsError('server-incompatible', `The server returned ${status} (${code}) for a session.`),
  );
}

function failed(error: unknown, newId?: SessionId): FailedResult {
  return { outcome: 'failed', error: newId ? withIdToRepeat(newId, error) : error };
}

function throwMissing(): never {
  throw new Error('A session has no result.');
}
