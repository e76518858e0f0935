import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { App } from './app.js';
import { HttpError } from './http-error.js';
import type { OpenAnswer } from './open-answers.js';
import { problemAnswer } from './problem.js';
import { COMMON_HEADERS } from './send.js';
import { MAX_URL, uriTooLong } from './target.js';

const LONG_REQUEST_LINE = new RegExp(String.raw`^[A-Z]+ [^\n]{${MAX_URL}}`);

interface ParserError extends Error {
  readonly code?: string;
  /** What the parser was reading. */
  readonly rawPacket?: Buffer;
}

/**
 * Answers what Node's parser refuses, which no request listener ever sees, with a problem document.
 *
 * @param open what the connection is waiting for or getting
 */
export function refuseUnparsed(
  app: App,
  error: ParserError,
  socket: Duplex,
  open: OpenAnswer | undefined,
): void {
  if (open?.request.complete && !open.response.headersSent) {
    // The fault is in what was sent after that request, whose answer is still to come, and the last.
    open.response.setHeader('Connection', 'close');
    return;
  }
  const isUnused =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && 'bytesRead' in socket && socket.bytesRead === 0;
  // A connection that was opened in advance is not a request, an answer that has begun cannot be taken back, and a
  // client that has gone reads none.
  if (isUnused || error.code === 'ECONNRESET' || !socket.writable || open?.response.headersSent) {
    socket.destroy();
  } else {
    answer(app, socket, '', toHttpError(error));
  }
}

/** Answers CONNECT: this server is not a proxy. */
export function refuseTunnel(app: App, { method = '' }: IncomingMessage, socket: Duplex): void {
  const detail = `${method} is not a method of this server.`;
  answer(app, socket, method, new HttpError('method-not-allowed', detail, { headers: { Allow: '' } }));
}

function answer(app: App, socket: Duplex, method: string, error: HttpError): void {
  const requestId = randomUUID();
  // Node listens no more on a connection that it hands over.
  socket.on('error', () => socket.destroy());
  // A client that does not close in turn must not keep the connection, nor send the rest of the request.
  socket.end(rawAnswer(requestId, error), () => socket.destroy());
  app.answered({ requestId, method, route: undefined, status: error.status, duration: 0 });
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

function rawAnswer(requestId: string, error: HttpError): string {
  const { status, type = '', headers = {}, body } = problemAnswer(error);
  const text = JSON.stringify(body);
  const all = [
    ...COMMON_HEADERS,
    ['X-Request-Id', requestId],
    ['Content-Type', type],
    ['Content-Length', String(Buffer.byteLength(text))],
    ...Object.entries(headers),
    ['Connection', 'close'],
  ];
  const lines = all.map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', text].join('\r\n');
}
