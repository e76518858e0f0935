import { Agent, request } from 'undici';
import * as z from 'zod';
import { isErrorCode, StatsError } from '../core/errors.js';
import { faultSchema } from '../core/model/faults.js';
import type { UserId } from '../core/model/ids.js';
import { encodeCursor } from '../core/model/page.js';
import { parseJson } from '../core/model/rules.js';
import { strangeAnswer, strangeTongue, type Headers } from './stranger.js';

/** Milliseconds. */
const TIMEOUTS = { connect: { timeout: 5_000 }, headersTimeout: 30_000, bodyTimeout: 30_000 };

/** A list is the key of a cursor. */
export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Relative to the server's URL, without a slash at its beginning. */
  readonly path: string;
  readonly userId?: UserId | undefined;
  readonly query?: Query | undefined;
  readonly body?: unknown;
  /** The statuses of success; default: 200. Any other below 400 comes from another program. */
  readonly successes?: readonly number[];
}

const problemSchema = z.object({
  code: z.string(),
  detail: z.string(),
  errors: z.array(faultSchema).default([]),
});

/** Requests to one server, over connections that are kept. */
export class HttpConnection {
  readonly #base: URL;
  readonly #signal: AbortSignal | undefined;
  readonly #agent = new Agent(TIMEOUTS);
  #closing: Promise<void> | undefined;

  /** @param signal aborted when nobody waits any more: what is under way then fails, and so does what comes */
  constructor(base: URL, signal?: AbortSignal) {
    this.#base = base;
    this.#signal = signal;
  }

  /** @throws {StatsError} what the server answers, `server-unavailable`, `server-incompatible` */
  async send<T>(
    schema: z.ZodType<T>,
    { method, path, userId, query = {}, body, successes = [200] }: HttpRequest,
  ): Promise<{ status: number; body: T }> {
    const url = new URL(path, this.#base);
    for (const [name, value] of Object.entries(query)) {
      if (value === undefined) continue;
      url.searchParams.set(name, typeof value === 'object' ? encodeCursor(value) : String(value));
    }
    const { status, text, headers } = await this.#exchange(url, {
      method,
      headers: {
        accept: 'application/json',
        ...(userId !== undefined && { 'x-user-id': userId }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const json = parseJson(text);
    if (status >= 400)
      throw toError(status, json, headers) ?? strangeAnswer(method, url, { status, headers });
    const result = schema.safeParse(json);
    if (result.success && successes.includes(status)) return { status, body: result.data };
    const mismatch = json === undefined ? undefined : result.error;
    throw strangeAnswer(method, url, { status, headers }, mismatch);
  }

  async close(): Promise<void> {
    this.#closing ??= this.#agent.close();
    await this.#closing;
  }

  async #exchange(
    url: URL,
    options: { method: HttpRequest['method']; headers: Record<string, string>; body: string | null },
  ): Promise<{ status: number; text: string; headers: Headers }> {
    try {
      const response = await request(url, { ...options, dispatcher: this.#agent, signal: this.#signal });
      const { statusCode: status, headers } = response;
      return { status, text: await response.body.text(), headers };
    } catch (error) {
      throw (
        strangeTongue(url, error) ??
        new StatsError('server-unavailable', `The server ${url.origin} cannot be reached; try again.`, {
          cause: error,
        })
      );
    }
  }
}

/** The server's own error where it sent one; a gateway before it sends others. `undefined` where it is of neither. */
function toError(status: number, json: unknown, headers: Headers): StatsError | undefined {
  const problem = problemSchema.safeParse(json);
  if (problem.success && isErrorCode(problem.data.code)) {
    const { code, detail, errors } = problem.data;
    return new StatsError(code, detail, { faults: errors });
  }
  if (status === 502 || status === 503 || status === 504) {
    return new StatsError('server-unavailable', `The server answered ${status}; try again.`);
  }
  if (!problem.success) return undefined;
  const requestId = String(headers['x-request-id'] ?? 'unknown');
  const said = `${problem.data.code}, request id ${requestId}`;
  return new StatsError('server-incompatible', `The server answered ${status} (${said}).`);
}
