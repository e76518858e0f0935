import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { HttpError } from './http-error.js';
import { problemAnswer } from './problem.js';
import { MAX_URL, uriTooLong } from './request.js';

const LONG_REQUEST_LINE = new RegExp(String.raw`^[A-Z]+ [^\n]{${MAX_URL}}`);

interface ParserError extends Error {
  readonly code?: string;
  /** What the parser was reading. */
  readonly rawPacket?: Buffer;
}

/**
 * Answers what Node's parser refuses, which no request listener ever sees, with a problem document too.
 * `answer` is the one that the connection is waiting for or getting.
 */
export function refuse(error: ParserError, socket: Duplex, answer: ServerResponse | undefined): void {
  // An answer that has begun cannot be taken back, and who has gone reads none.
  if (error.code === 'ECONNRESET' || !socket.writable || answer?.headersSent) socket.destroy();
  else socket.end(rawAnswer(toHttpError(error)));
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
    'Connection: close',
    '',
    text,
  ].join('\r\n');
}
