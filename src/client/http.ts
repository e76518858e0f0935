import { Agent, request, type Dispatcher } from 'undici';
import * as z from 'zod';
import { closed, isErrorCode, StatsError } from '../core/errors.js';
import { toUserId, type UserId } from '../core/model/ids.js';
import { encodeCursor } from '../core/model/pagination.js';
import { faultSchema, parseJson } from '../core/model/validation.js';
import type { Credential } from './credential.js';
import { parseRetryAfter, withRetries } from './retry.js';

/**
 * The learner of requests without a token that concern no single learner: the nil UUID (RFC 9562, section 5.9).
 * Behind a gateway, the server requires a learner for all of them.
 */
export const NIL_USER = toUserId('00000000-0000-0000-0000-000000000000');

/** Times in milliseconds; those for headers and body begin again with each byte. */
const LIMITS = {
  connect: { timeout: 5_000 },
  headersTimeout: 30_000,
  bodyTimeout: 30_000,
  maxResponseSize: 64 * 1024 * 1024,
};
/** Milliseconds for a whole response. */
const RESPONSE_TIMEOUT = 60_000;

/** Statuses below 500 that ask for another attempt. From 500 every status does, except 501 and our `internal-error`. */
const TRY_AGAIN: ReadonlySet<number> = new Set([408, 425, 429]);
const NOT_IMPLEMENTED = 501;
/** Milliseconds up to which a message names the pause that the server asks for. */
const MAX_NAMED_PAUSE = 86_400_000;

/** A list is a cursor that has not been encoded. */
export type QueryParameters = Readonly<Record<string, string | number | readonly unknown[] | undefined>>;

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Relative to the URL of the server, without a leading slash. */
  readonly path: string;
  readonly userId?: UserId | undefined;
  readonly query?: QueryParameters | undefined;
  readonly body?: unknown;
  /** Expected statuses below 400. Default: 200. */
  readonly successes?: readonly number[];
  /** True if the same request has the same effect again. Default: false for POST, else true. */
  readonly isRepeatable?: boolean;
}

interface Result<T> {
  readonly status: number;
  readonly body: T;
}

interface Reply {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly text: string;
}

export const problemSchema = z.object({
  code: z.string(),
  detail: z.string(),
  errors: z.array(faultSchema).default([]),
});

interface ConnectionOptions {
  readonly signal: AbortSignal | undefined;
  readonly credential: Credential | undefined;
}

/** Sends requests to one server over persistent connections. */
export class HttpConnection {
  readonly #base: URL;
  readonly #signal: AbortSignal | undefined;
  readonly #credential: Credential | undefined;
  readonly #agent = new Agent(LIMITS);
  readonly #inFlight = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(base: URL, { signal, credential }: ConnectionOptions) {
    this.#base = base;
    this.#signal = signal;
    this.#credential = credential;
  }

  /** @throws {StatsError} the error of the server, `server-unavailable`, `server-incompatible` */
  async send<T>(schema: z.ZodType<T>, call: HttpRequest): Promise<Result<T>> {
    if (this.#closing) throw closed();
    const { isRepeatable = call.method !== 'POST' } = call;
    const attempt = () => this.#attempt(schema, call);
    const sending = withRetries(attempt, { isRepeatable, signal: this.#signal });
    this.#inFlight.add(sending);
    try {
      return await sending;
    } finally {
      this.#inFlight.delete(sending);
    }
  }

  /** Waits for the calls in flight and their retries. */
  async close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#inFlight).then(() => this.#agent.close());
    await this.#closing;
  }

  async #attempt<T>(schema: z.ZodType<T>, call: HttpRequest): Promise<Result<T>> {
    const { method, path, query = {}, successes = [200] } = call;
    const url = new URL(path, this.#base);
    for (const [name, value] of Object.entries(query)) {
      if (value === undefined) continue;
      url.searchParams.set(name, typeof value === 'object' ? encodeCursor(value) : String(value));
    }
    const exchange = (token?: string) => this.#exchange(url, call, token);
    const reply = await (this.#credential ? this.#credential.authorize(exchange) : exchange());
    const { status } = reply;
    const json = parseJson(reply.text);
    const error = status < 400 ? undefined : toError(url, path, reply, json);
    if (error) throw error;
    const result = schema.safeParse(json);
    if (result.success && successes.includes(status)) return { status, body: result.data };
    const mismatch = json === undefined || status >= 400 ? undefined : result.error;
    throw incompatibleServer(url, `${method} ${url.pathname} ${describeReply(reply, mismatch)}`, mismatch);
  }

  async #exchange(
    url: URL,
    { method, userId: learner, body }: HttpRequest,
    token: string | undefined,
  ): Promise<Reply> {
    const userId = learner ?? (token === undefined ? NIL_USER : undefined);
    // A timer that is cleared: signals of `AbortSignal.timeout()` stay in memory for the whole time.
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(tooSlow()), RESPONSE_TIMEOUT);
    try {
      const response = await request(url, {
        method,
        headers: {
          accept: 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(userId !== undefined && { 'x-user-id': userId }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        body: body === undefined ? null : JSON.stringify(body),
        dispatcher: this.#agent,
        signal: this.#signal ? AbortSignal.any([this.#signal, limit.signal]) : limit.signal,
      });
      const { statusCode: status, headers } = response;
      return { status, headers, text: await response.body.text() };
    } catch (error) {
      this.#signal?.throwIfAborted();
      const reason = describeProtocolError(error);
      if (reason !== undefined) throw incompatibleServer(url, reason, error);
      const detail = `The server ${url.origin} cannot be reached; try again.`;
      throw new StatsError('server-unavailable', detail, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}

function tooSlow(): Error {
  return new Error(`no complete response within ${RESPONSE_TIMEOUT / 1_000} s`);
}

/** Returns the error of the server or its gateway; `undefined` if the reply is from another program. */
function toError(
  { origin }: URL,
  path: string,
  { status, headers }: Reply,
  json: unknown,
): StatsError | undefined {
  const problem = problemSchema.safeParse(json);
  const retryAfter = parseRetryAfter(String(headers['retry-after'] ?? ''));
  if (problem.success && isErrorCode(problem.data.code)) {
    const { code, detail, errors } = problem.data;
    return new StatsError(code, detail, { faults: errors, retryAfter });
  }
  if (status === 401 || status === 403) {
    if (problem.success) return accessDenied(problem.data, COURSE_PATH.exec(path)?.[1]);
    const detail = `The server ${origin} returned ${status}; check the URL, the credential and any proxy in front of it.`;
    return new StatsError('access-denied', detail);
  }
  const isDefect = status === 500 && problem.success;
  if (TRY_AGAIN.has(status) || (status >= 500 && status !== NOT_IMPLEMENTED && !isDefect)) {
    const when =
      retryAfter && retryAfter <= MAX_NAMED_PAUSE
        ? `in ${Math.ceil(retryAfter / 1_000).toLocaleString('en-US')} s`
        : 'later';
    const detail = `The server ${origin} returned ${status}; try again ${when}.`;
    return new StatsError('server-unavailable', detail, { retryAfter });
  }
  if (!problem.success) return undefined;
  const requestId = String(headers['x-request-id'] ?? 'unknown');
  const reason = `${problem.data.code}, request id ${requestId}`;
  return new StatsError('server-incompatible', `The server returned ${status} (${reason}).`);
}

const COURSE_PATH = /^courses\/([^/]+)/;

/**
 * Converts a refusal by the server.
 *
 * @param courseId the course of the call; the fault of a credential that is limited to other courses
 */
export function accessDenied(
  { code, detail, errors: faults }: z.output<typeof problemSchema>,
  courseId: string | undefined,
): StatsError {
  if (code !== 'course-refused' || courseId === undefined) {
    return new StatsError('access-denied', detail, { faults });
  }
  const fault = `is "${courseId}"; it must be one of the courses of the credential`;
  return new StatsError('access-denied', detail, { faults: [{ parameter: 'courseId', detail: fault }] });
}

function incompatibleServer({ origin }: URL, reason: string, cause: unknown): StatsError {
  const detail = `${origin} is not a compatible stats-service server; check the URL and any proxy in front of it.`;
  return new StatsError('server-incompatible', detail, { cause: new Error(reason, { cause }) });
}

function describeReply({ status, headers }: Reply, mismatch: z.ZodError | undefined): string {
  const [type] = String(headers['content-type'] ?? 'no content type').split(';');
  const [issue] = mismatch?.issues ?? [];
  const why = issue ? ` that is invalid: ${[...issue.path, issue.message].join(' ')}` : '';
  const target = headers.location === undefined ? '' : `, redirecting to ${String(headers.location)}`;
  return `returned ${status} and ${type}${why}${target}`;
}

/** Returns `undefined` if the server may only be unreachable. */
function describeProtocolError(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  // undici sets no code, and a truncated reply has an error of the same class.
  if (error.message.includes('(Expected HTTP/')) return 'It did not reply with HTTP.';
  const code = 'code' in error ? error.code : undefined;
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return 'Its reply has more than 64 MiB.';
  return code === 'ERR_SSL_WRONG_VERSION_NUMBER'
    ? 'It did not reply with TLS; try an http:// URL.'
    : undefined;
}
