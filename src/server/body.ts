/*
 * Reads and parses the JSON body of a request.
 *
 * Memory is limited in three ways. A body is read into one growing buffer, because a million small chunks
 * would be a million objects. The buffer of a large body is reserved in a memory budget and grows with the
 * bytes that arrive, because a client can declare a length and never send the bytes. The lists and objects of
 * a large body are counted before it is parsed: JSON.parse() of a megabyte of brackets blocks the event loop
 * a hundred times as long as other text.
 *
 * The rest of a rejected body is discarded until the response has closed the connection.
 *
 * In an existing server, a middleware may have read the body already. Then the parsed body is in `request.body`,
 * as with `express.json()`.
 */
import type { IncomingMessage } from 'node:http';
import { describeValue, StatsError } from '../core/errors.js';
import { repeatedKey } from '../core/model/repeated-keys.js';
import { grouped, rule } from '../core/model/validation.js';
import { MemoryBudget } from './memory-budget.js';
import { HttpError, requestError } from './problem.js';

/** Bytes. */
const MAX_BODY = 1024 * 1024;
/** Bytes up to which a body is neither budgeted nor checked for nesting. */
const SMALL_BODY = 16 * 1024;
/** Lists and objects in a large body. A valid body of one session or course has two. */
export const MAX_CONTAINERS = 100;
const EMPTY = Buffer.alloc(0);

/** Bytes of a form, like a header with a credential. */
const MAX_FORM = SMALL_BODY;

const UTF_8 = new TextDecoder('utf-8', { fatal: true });
const JSON_TYPE = /^application\/json[ \t]*(?:;[ \t]*charset[ \t]*=[ \t]*(?:utf-8|"utf-8")[ \t]*)?$/i;
const FORM_TYPE = /^application\/x-www-form-urlencoded[ \t]*(?:;|$)/i;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING: ReadonlySet<number> = new Set(Buffer.from('[{'));

interface BodyOptions {
  readonly maxContainers?: number;
  /** Called after the headers were checked and before the body is read. */
  readonly onAccepted?: (() => void) | undefined;
}

/**
 * Returns the parsed body of a request.
 *
 * @throws {HttpError} `unsupported-media-type`, `body-too-large`, `invalid-utf-8`, `malformed-json`, `internal-error`
 * @throws {StatsError} `overloaded`, `invalid-request`
 */
export async function readJson(
  request: IncomingMessage,
  budget: MemoryBudget,
  { maxContainers = MAX_CONTAINERS, onAccepted }: BodyOptions = {},
): Promise<unknown> {
  checkBodyHeaders(request);
  onAccepted?.();
  if (request.readableDidRead || request.readableEnded || request.destroyed) {
    return bodyOf(request, maxContainers);
  }
  return parse(await readBytes(request, budget), maxContainers);
}

/**
 * Returns the body of an HTML form.
 *
 * @throws {HttpError} `unsupported-media-type`, `body-too-large`, `internal-error`
 */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const type = request.headers['content-type'];
  if (!FORM_TYPE.test(type ?? '')) {
    const detail = rule('must be application/x-www-form-urlencoded')({ input: type });
    throw requestError('unsupported-media-type', { parameter: 'Content-Type', detail });
  }
  if (request.readableDidRead || request.readableEnded || request.destroyed) return parsedForm(request);
  // A form is small, so that it needs no common budget.
  return new URLSearchParams((await readBytes(request, new MemoryBudget(), MAX_FORM)).toString());
}

/** Returns a form that a middleware has parsed, such as `express.urlencoded()`. */
function parsedForm(request: IncomingMessage): URLSearchParams {
  const body = parsedBody(request);
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries<unknown>(
    typeof body === 'object' && body !== null ? { ...body } : {},
  )) {
    if (typeof value === 'string') form.set(name, value);
  }
  return form;
}

function bodyOf(request: IncomingMessage, maxContainers: number): unknown {
  const body = parsedBody(request);
  return Buffer.isBuffer(body) ? parse(body, maxContainers) : body;
}

/** Returns the body of a request whose stream was read. Its `end` event would never come. */
function parsedBody(request: IncomingMessage): unknown {
  const body = 'body' in request && request.readableEnded ? request.body : undefined;
  if (body === undefined) {
    const detail =
      'A middleware of this server has read the body and has not set request.body. Call the listener before it.';
    throw new HttpError('internal-error', detail);
  }
  return body;
}

function checkBodyHeaders({ headers }: IncomingMessage): void {
  const type = headers['content-type'];
  if (!JSON_TYPE.test(type ?? '')) {
    const detail = rule('must be application/json, in UTF-8')({ input: type });
    throw requestError('unsupported-media-type', { parameter: 'Content-Type', detail });
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    const detail = rule('must be left out. Send the body uncompressed')({ input: encoding });
    throw requestError('unsupported-media-type', { parameter: 'Content-Encoding', detail });
  }
  if (Number(headers['content-length'] ?? 0) > MAX_BODY) throw tooLarge();
}

function readBytes(request: IncomingMessage, budget: MemoryBudget, max = MAX_BODY): Promise<Buffer> {
  let bytes: Buffer = Buffer.allocUnsafe(
    Math.min(Number(request.headers['content-length'] ?? 0), SMALL_BODY),
  );
  let size = 0;
  let reserved = 0;
  const append = (chunk: Buffer) => {
    const needed = size + chunk.length;
    if (needed > max) throw tooLarge(max);
    if (needed > bytes.length) {
      const capacity = Math.max(needed, 2 * bytes.length);
      budget.reserve(capacity);
      reserved += capacity;
      const smaller = bytes;
      bytes = Buffer.allocUnsafe(capacity);
      smaller.copy(bytes);
    }
    size += chunk.copy(bytes, size);
  };
  // The end of reading releases the budget, because Node never closes a request that got an early response.
  const release = () => {
    budget.release(reserved);
    reserved = 0;
    bytes = EMPTY;
  };
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      request.off('data', onData);
      release();
      reject(error);
    };
    const onData = (chunk: Buffer) => {
      try {
        append(chunk);
      } catch (error) {
        fail(error);
      }
    };
    request.on('data', onData);
    request.on('error', fail);
    request.on('end', () => {
      resolve(bytes.subarray(0, size));
      release();
    });
    // A middleware may have paused the request.
    request.resume();
  });
}

function parse(bytes: Buffer, maxContainers: number): unknown {
  if (bytes.length > SMALL_BODY && hasTooManyContainers(bytes, maxContainers)) {
    const detail = `must have at most ${grouped(maxContainers)} lists and objects`;
    throw new StatsError('invalid-request', `The body ${detail}.`, { faults: [{ pointer: '', detail }] });
  }
  let text: string;
  try {
    text = UTF_8.decode(bytes);
  } catch {
    throw requestError('invalid-utf-8', { pointer: '', detail: 'must be UTF-8' });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const detail = text === '' ? 'must not be empty' : 'must be a JSON document';
    throw requestError('malformed-json', { pointer: '', detail });
  }
  // RFC 8259, section 4: with a repeated key, a proxy and this server could use different values.
  const key = repeatedKey(text, value);
  if (key === undefined) return value;
  throw requestError('malformed-json', {
    pointer: '',
    detail: `must not have the key ${describeValue(key)} twice`,
  });
}

/** Counts the lists and objects in JSON text. Brackets in strings are ignored. */
export function hasTooManyContainers(json: Buffer, max: number): boolean {
  let containers = 0;
  let inString = false;
  for (let index = 0; index < json.length; index++) {
    const byte = json[index] ?? 0;
    if (byte === QUOTE) inString = !inString;
    else if (inString) index += byte === BACKSLASH ? 1 : 0;
    else if (OPENING.has(byte) && ++containers > max) return true;
  }
  return false;
}

function tooLarge(max = MAX_BODY) {
  const fault = {
    pointer: '',
    detail:
      max === MAX_BODY
        ? 'must be at most 1 MiB long; split the request'
        : `must be at most ${grouped(max)} bytes long`,
  };
  return requestError('body-too-large', fault, { Connection: 'close' });
}
