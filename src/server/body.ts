import type { IncomingMessage } from 'node:http';
import { StatsError } from '../core/errors.js';
import type { MemoryBudget } from './memory-budget.js';
import { requestError } from './problem.js';

/** Bytes. */
const MAX_BODY = 1024 * 1024;
/** Bytes that are allocated before they have arrived. */
const SMALL_BODY = 16 * 1024;
/** Lists and objects in a large body: valid bodies are a list in an object. */
export const MAX_CONTAINERS = 100;
const EMPTY = Buffer.alloc(0);

const UTF_8 = new TextDecoder('utf-8', { fatal: true });
const JSON_TYPE = /^application\/json[ \t]*(?:;[ \t]*charset[ \t]*=[ \t]*(?:utf-8|"utf-8")[ \t]*)?$/i;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING: ReadonlySet<number> = new Set(Buffer.from('[{'));

/**
 * The parsed body of a request.
 *
 * @param onAccepted called when the headers are valid, before the body is read
 * @throws {HttpError} `unsupported-media-type`, `body-too-large`, `invalid-utf-8`, `malformed-json`
 * @throws {StatsError} `overloaded`, `invalid-request`
 */
export async function readJson(
  request: IncomingMessage,
  budget: MemoryBudget,
  onAccepted?: () => void,
): Promise<unknown> {
  checkBodyHeaders(request);
  onAccepted?.();
  return parse(await readBytes(request, budget));
}

function checkBodyHeaders({ headers }: IncomingMessage): void {
  if (!JSON_TYPE.test(headers['content-type'] ?? '')) {
    const detail = 'must be application/json, in UTF-8';
    throw requestError('unsupported-media-type', { parameter: 'Content-Type', detail });
  }
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    const detail = 'must be left out: the body must not be compressed';
    throw requestError('unsupported-media-type', { parameter: 'Content-Encoding', detail });
  }
  if (Number(headers['content-length'] ?? 0) > MAX_BODY) throw tooLarge();
}

/** Reads into one growing buffer: a million small chunks must not become a million objects. */
function readBytes(request: IncomingMessage, budget: MemoryBudget): Promise<Buffer> {
  // A client may declare a length and never send the bytes.
  let bytes: Buffer = Buffer.allocUnsafe(
    Math.min(Number(request.headers['content-length'] ?? 0), SMALL_BODY),
  );
  let size = 0;
  let reserved = 0;
  const append = (chunk: Buffer) => {
    const needed = size + chunk.length;
    if (needed > MAX_BODY) throw tooLarge();
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
  // Not when the request closes: Node does not close a request that was answered before its end.
  const release = () => {
    budget.release(reserved);
    reserved = 0;
    bytes = EMPTY;
  };
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      // The request keeps flowing, so that the rest is discarded until the response has closed the connection.
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
  });
}

function parse(bytes: Buffer): unknown {
  if (bytes.length > SMALL_BODY && isOverNested(bytes)) {
    const detail = `must have at most ${MAX_CONTAINERS} lists and objects`;
    throw new StatsError('invalid-request', `The body ${detail}.`, { faults: [{ pointer: '', detail }] });
  }
  let text: string;
  try {
    text = UTF_8.decode(bytes);
  } catch {
    throw requestError('invalid-utf-8', { pointer: '', detail: 'must be UTF-8' });
  }
  try {
    return JSON.parse(text);
  } catch {
    const detail = text === '' ? 'must not be empty' : 'must be a JSON document';
    throw requestError('malformed-json', { pointer: '', detail });
  }
}

/**
 * True if a text has too many lists and objects to be a document of the API. Parsing a megabyte of brackets blocks
 * the event loop a hundred times as long as parsing another text of that length.
 */
export function isOverNested(json: Buffer): boolean {
  let containers = 0;
  let inString = false;
  for (let index = 0; index < json.length; index++) {
    const byte = json[index] ?? 0;
    if (byte === QUOTE) inString = !inString;
    else if (inString) index += byte === BACKSLASH ? 1 : 0;
    else if (OPENING.has(byte) && ++containers > MAX_CONTAINERS) return true;
  }
  return false;
}

function tooLarge() {
  // The connection is closed, so that the server need not read the rest of the body.
  const fault = { pointer: '', detail: `must not exceed ${MAX_BODY} bytes` };
  return requestError('body-too-large', fault, { Connection: 'close' });
}
