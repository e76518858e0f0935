import type { IncomingMessage } from 'node:http';
import { StatsError } from '../core/index.js';
import type { BodyBudget } from './body-budget.js';
import { HttpError } from './http-error.js';
import { isOverNested, MAX_CONTAINERS } from './json-nesting.js';

/** Bytes. */
export const MAX_BODY = 1024 * 1024;
/** Bytes that are made room for before they have come. */
const SMALL_BODY = 16 * 1024;
const NOTHING = Buffer.alloc(0);

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

const JSON_TYPE = /^application\/json[ \t]*(?:;[ \t]*charset[ \t]*=[ \t]*(?:utf-8|"utf-8")[ \t]*)?$/i;

/**
 * The request's body, parsed.
 *
 * @throws {HttpError} `unsupported-media-type`, `body-too-large`, `invalid-utf-8`, `malformed-json`
 * @throws {StatsError} `overloaded`, `invalid-request`
 */
export function readJson(
  request: IncomingMessage,
  budget: BodyBudget,
  onAccepted?: () => void,
): Promise<unknown> {
  checkDeclaration(request);
  onAccepted?.();
  return readBytes(request, budget).then((bytes) => {
    if (bytes.length > SMALL_BODY && isOverNested(bytes)) throw overNested();
    return parse(decode(bytes));
  });
}

function checkDeclaration({ headers }: IncomingMessage): void {
  if (!JSON_TYPE.test(headers['content-type'] ?? '')) {
    throw unsupported('Content-Type', 'must be application/json, in UTF-8');
  }
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw unsupported('Content-Encoding', 'must be left out: the body must not be compressed');
  }
  if (Number(headers['content-length'] ?? 0) > MAX_BODY) throw tooLarge();
}

/** Into one buffer that grows: a body of a million chunks must not become a million objects. */
function readBytes(request: IncomingMessage, budget: BodyBudget): Promise<Buffer> {
  // What is declared need not come.
  let bytes: Buffer = Buffer.allocUnsafe(
    Math.min(Number(request.headers['content-length'] ?? 0), SMALL_BODY),
  );
  let size = 0;
  let taken = 0;
  // Not when the request closes: Node closes none that was answered before its end.
  const giveBack = () => {
    budget.giveBack(taken);
    taken = 0;
    bytes = NOTHING;
  };
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      const needed = size + chunk.length;
      try {
        if (needed > MAX_BODY) throw tooLarge();
        if (needed > bytes.length) {
          bytes = budget.grow(bytes, needed);
          taken += bytes.length;
        }
        size += chunk.copy(bytes, size);
      } catch (error) {
        // What comes after is still taken from the socket, and dropped, until the answer has closed it.
        size = MAX_BODY;
        giveBack();
        reject(error);
      }
    });
    request.on('end', () => {
      resolve(bytes.subarray(0, size));
      giveBack();
    });
    request.on('error', (error) => {
      giveBack();
      reject(error);
    });
  });
}

function decode(bytes: Buffer): string {
  try {
    return UTF_8.decode(bytes);
  } catch {
    throw new HttpError('invalid-utf-8', 'The body must be JSON in UTF-8; it has bytes that are not.', {
      faults: [{ pointer: '', detail: 'must be UTF-8' }],
    });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError('malformed-json', text === '' ? 'The body is empty.' : 'The body is not JSON.', {
      faults: [{ pointer: '', detail: 'must be a JSON document' }],
    });
  }
}

function overNested(): StatsError {
  const detail = `must have at most ${MAX_CONTAINERS} lists and objects`;
  return new StatsError('invalid-request', `The body ${detail}.`, { faults: [{ pointer: '', detail }] });
}

function unsupported(parameter: string, detail: string): HttpError {
  return new HttpError('unsupported-media-type', `${parameter} ${detail}.`, {
    faults: [{ parameter, detail }],
  });
}

function tooLarge(): HttpError {
  return new HttpError('body-too-large', `The body must not exceed ${MAX_BODY} bytes.`, {
    faults: [{ pointer: '', detail: `must not exceed ${MAX_BODY} bytes` }],
    // The rest of the body is not waited for.
    headers: { Connection: 'close' },
  });
}
