import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { HttpError } from './http-error.js';
import type { OpenAnswer } from './open-answers.js';
import { problemAnswer } from './problem.js';
import { MAX_URL, uriTooLong } from './target.js';

const LONG_REQUEST_LINE = new RegExp(String.raw`^[A-Z]+ [^\n]{${MAX_URL}}`);

interface ParserError extends Error {
  readonly code?: string;
  /** What the parser was reading. */
  readonly rawPacket?: Buffer;
}

/**
 * Answers what Node's parser refuses, which no request listener ever sees, with a problem document too.
 * `open` is what the connection is waiting for or getting.
 */
export function refuse(error: ParserError, socket: Duplex, open: OpenAnswer | undefined): void {
  if (open?.request.complete && !open.response.headersSent) {
    // The fault is in what was sent after that request, whose answer is still to come, and the last.
    open.response.setHeader('Connection', 'close');
    return;
  }
  // An answer that has begun cannot be taken back, and who has gone reads none.
  if (error.code === 'ECONNRESET' || !socket.writable || open?.response.headersSent) socket.destroy();
  // Who does not close in turn must not keep the connection, nor send the rest of the request.
  else socket.end(rawAnswer(toHttpError(error)), () => socket.destroy());
}

function toHttpError({ code, rawPacket }: ParserError): HttpError {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new HttpError('request-timeout', 'The request did not arrive in time.');
    case 'HPE_HEADER_OVERFLOW':
      // Node has one limit for the URL and the headers together.
      return LONG_REQUEST_LINE.test(rawPacket?.toString('latin1') ?? '')
        ? uriTooLong()
        : new HttpError('headers-too-large', 'The headers are too large.');
    default:
      return new HttpError('malformed-request', 'This is not a well-formed HTTP request.');
  }
}

function rawAnswer(error: HttpError): string {
  const { status, type = '', body } = problemAnswer(error);
  const text = JSON.stringify(body);
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${type}`,
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    'Connection: close',
    '',
    text,
  ].join('\r\n');
}
