import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { StatsError, type Stats } from '../core/index.js';
import { App, type AppOptions } from './app.js';
import { ConnectionTracker } from './connections.js';
import { rejectTunnel, rejectUnparsed } from './parser-errors.js';
import { requestError } from './problem.js';
import { RequestContext } from './request.js';

export interface ServeOptions extends AppOptions {
  /** Default: `127.0.0.1`. The server trusts `X-User-Id`: only the service that authenticates users may reach it. */
  readonly host?: string;
  /** 0 means any free port. Default: 8080. */
  readonly port?: number;
  /** Milliseconds until a whole request must have arrived. Default: 30,000. */
  readonly requestTimeout?: number;
}

export interface RunningServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /**
   * Shuts down without losing a request that was sent: `/readyz` fails, every response is the last of its connection,
   * and idle connections are closed after a second; then the server stops listening. Connections that are still open
   * after `deadline` milliseconds (default: 10,000) are closed. `stats` stays open.
   */
  close(deadline?: number): Promise<void>;
}

/** Milliseconds: longer than the idle timeout of common load balancers, so that they close first. */
const KEEP_ALIVE_TIMEOUT = 72_000;
/** Milliseconds after which a connection is closed if its client has read nothing of a response. */
const SEND_TIMEOUT = 60_000;
/** Milliseconds in which clients under load use each connection once more, and learn that it ends. */
const DRAIN = 1_000;
/** Requests of a connection without a response: a client that never reads must not exhaust the memory. */
const MAX_PIPELINED = 32;
/** Bytes: 8 KiB for the URL, which has its own check, and 16 KiB for the headers. */
const MAX_HEADER_SIZE = 24 * 1024;

/**
 * Serves the API over HTTP.
 *
 * @example
 * await using stats = await openStats({ database: 'sqlite::memory:' });
 * await using server = await serve(stats, { port: 0 });
 * console.log(`Listening on ${server.url}`);
 *
 * @throws the error of `listen`, such as `EADDRINUSE`
 */
export async function serve(stats: Stats, options: ServeOptions = {}): Promise<RunningServer> {
  const { port = 8080, requestTimeout = 30_000 } = options;
  // An empty host would listen on every address.
  const host = options.host || '127.0.0.1';
  const server = createServer({
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    requestTimeout,
    headersTimeout: requestTimeout,
    connectionsCheckingInterval: Math.min(requestTimeout, 1_000),
    maxHeaderSize: MAX_HEADER_SIZE,
    // The app returns a problem document instead.
    requireHostHeader: false,
  });
  const app = new App(stats, options);
  const tracker = new ConnectionTracker();
  listenTo(server, app, tracker);
  server.listen(port, host);
  await once(server, 'listening');
  // One timer for all connections: Node's own timeout is reset by every request.
  const sweep = setInterval(() => tracker.closeStuck(), SEND_TIMEOUT).unref();

  const close = async (deadline = 10_000) => {
    app.isReady = false;
    tracker.closeConnections();
    const closed = once(server, 'close');
    const cut = setTimeout(() => server.closeAllConnections(), deadline);
    await tracker.drained(Math.min(DRAIN, deadline));
    server.close();
    await closed;
    clearTimeout(cut);
    clearInterval(sweep);
  };
  return { url: urlOf(server), close, [Symbol.asyncDispose]: () => close() };
}

function listenTo(server: Server, app: App, tracker: ConnectionTracker): void {
  const serveRequest = (request: IncomingMessage, response: ServerResponse, acceptBody?: () => void) => {
    const connection = tracker.addRequest(request, response);
    const context = new RequestContext(request, response, { connection, acceptBody });
    if (connection.pending > MAX_PIPELINED) app.reject(context, tooManyRequests());
    else void app.serve(context);
  };
  server.on('connection', (socket) => tracker.add(socket));
  server.on('request', (request, response) => serveRequest(request, response));
  server.on('checkContinue', (request, response) => {
    // A client whose body is rejected may send it or not: only a new connection is sure to begin with a request.
    response.shouldKeepAlive = false;
    serveRequest(request, response, () => {
      response.shouldKeepAlive = true;
      response.writeContinue();
    });
  });
  server.on('checkExpectation', (request, response) => {
    response.shouldKeepAlive = false;
    const connection = tracker.addRequest(request, response);
    const fault = { parameter: 'Expect', detail: 'must be 100-continue or left out' };
    const context = new RequestContext(request, response, { connection });
    app.reject(context, requestError('expectation-failed', fault));
  });
  server.on('clientError', (error, socket) => {
    rejectUnparsed(app, error, socket, tracker.pendingResponse(socket));
  });
  server.on('connect', (request, socket) => rejectTunnel(app, request, socket));
}

function tooManyRequests(): StatsError {
  const detail = `More than ${MAX_PIPELINED} requests of this connection have no response yet. Read those first.`;
  return new StatsError('overloaded', detail);
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}
