/*
 * Responses to requests that Node's parser rejects. Request listeners do not receive these requests, so the
 * responses are written to the socket as text. A connection is destroyed without a response if it has sent no
 * request, has received part of a response, or can no longer be written to. After a response, the connection is
 * destroyed at once. Otherwise a client that does not close could keep it and send the rest of its request.
 */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { App } from './app.js';
import { HttpError, problemResponse } from './problem.js';
import { MAX_URL, uriTooLong } from './request.js';
import { serialize } from './response.js';

const LONG_REQUEST_LINE = new RegExp(String.raw`^[A-Z]+ [^\n]{${MAX_URL}}`);

interface ParserError extends Error {
  readonly code?: string;
  /** The bytes that the parser was reading. */
  readonly rawPacket?: Buffer;
}

/** @param pending the response that the connection is waiting for or receiving */
export function handleParserError(
  app: App,
  error: ParserError,
  socket: Duplex,
  pending: ServerResponse | undefined,
): void {
  if (pending?.req.complete && !pending.headersSent) {
    // The error is in the bytes after that request, whose response is then the last of the connection.
    pending.setHeader('Connection', 'close');
    return;
  }
  const isUnused =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && 'bytesRead' in socket && socket.bytesRead === 0;
  if (isUnused || error.code === 'ECONNRESET' || !socket.writable || pending?.headersSent) socket.destroy();
  else respond(app, socket, '', toHttpError(error));
}

/** Rejects CONNECT, because the server is not a proxy. */
export function rejectConnect(app: App, { method = '' }: IncomingMessage, socket: Duplex): void {
  const detail = `${method} is not supported: this server is not a proxy.`;
  respond(app, socket, method, new HttpError('method-not-allowed', detail, [], { Allow: '' }));
}

function respond(app: App, socket: Duplex, method: string, error: HttpError): void {
  const requestId = randomUUID();
  const problem = problemResponse(error);
  const { status } = problem;
  const { content, headers } = serialize(problem, requestId);
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  // Node has removed its own error listener from the socket.
  socket.on('error', () => socket.destroy());
  socket.end(
    [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', content.toString()].join('\r\n'),
    () => socket.destroy(),
  );
  app.report({ requestId, method, route: undefined, status, duration: 0 });
}

function toHttpError({ code, rawPacket }: ParserError): HttpError {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new HttpError('request-timeout', 'The request did not arrive within 30 s; send it again.');
    case 'HPE_HEADER_OVERFLOW':
      // Node has one limit for the URL and the headers together.
      return LONG_REQUEST_LINE.test(rawPacket?.toString('latin1') ?? '')
        ? uriTooLong()
        : new HttpError('headers-too-large', 'The URL and the headers must be at most 24 KiB together.');
    default:
      return new HttpError('malformed-request', 'The request is not well-formed HTTP/1.1.');
  }
}
