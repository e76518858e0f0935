/*
 * Responses to what Node's parser rejects. No request listener sees these requests, so their responses are written to
 * the socket as text.
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
  /** The data that the parser was reading. */
  readonly rawPacket?: Buffer;
}

/** @param pending the response that the connection is waiting for or receiving */
export function rejectUnparsed(
  app: App,
  error: ParserError,
  socket: Duplex,
  pending: ServerResponse | undefined,
): void {
  if (pending?.req.complete && !pending.headersSent) {
    // The error is in what follows that request. Its response is still due, and is the last.
    pending.setHeader('Connection', 'close');
    return;
  }
  const isUnused =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && 'bytesRead' in socket && socket.bytesRead === 0;
  // No response is possible on a connection that has sent no request, or has begun another response, or is closed.
  if (isUnused || error.code === 'ECONNRESET' || !socket.writable || pending?.headersSent) socket.destroy();
  else respond(app, socket, '', toHttpError(error));
}

/** Rejects CONNECT: this server is not a proxy. */
export function rejectTunnel(app: App, { method = '' }: IncomingMessage, socket: Duplex): void {
  const detail = `${method} is not a method of this server.`;
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
  // Node has removed its own error listener.
  socket.on('error', () => socket.destroy());
  socket.end(
    [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', content.toString()].join('\r\n'),
    // A client that does not close must neither keep the connection nor send the rest of the request.
    () => socket.destroy(),
  );
  app.report({ requestId, method, route: undefined, status, duration: 0 });
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
