import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { StatsError, type Stats } from '../core/index.js';
import { rule } from '../core/model/validation.js';
import { App, type AppOptions } from './app.js';
import { Assets } from './assets.js';
import { authOf } from './auth/options.js';
import { ConnectionTracker } from './connections.js';
import { rejectConnect, handleParserError } from './parser-errors.js';
import { requestError } from './problem.js';
import { RequestContext } from './request.js';

export interface ServeOptions extends AppOptions {
  /** Default: `127.0.0.1`. */
  readonly host?: string | undefined;
  /** 0 selects a free port. Default: 8080. */
  readonly port?: number | undefined;
  /** Deadline for receiving a whole request, in milliseconds. Default: 30,000. */
  readonly requestTimeout?: number | undefined;
  /**
   * Milliseconds after which an idle connection is closed, 1,000 to 86,400,000. It must be longer than the idle
   * timeout of the load balancer, which would otherwise send requests on closed connections. Default: 72,000.
   */
  readonly keepAliveTimeout?: number | undefined;
}

export interface RunningServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:8080`, with the `basePath`. */
  readonly url: string;
  /**
   * Shuts down gracefully. First `/readyz` fails and every response closes its connection. After a second,
   * idle connections are closed and the server stops listening. Connections that are still open after
   * `deadline` milliseconds (default: 10,000) are closed too. `stats` stays open.
   */
  close(deadline?: number): Promise<void>;
}

/** Milliseconds. The idle timeout of AWS load balancers and of nginx is 60 s, so they close first. */
const KEEP_ALIVE = { fallback: 72_000, min: 1_000, max: 86_400_000 };
/** Milliseconds after which a connection is closed if its client reads nothing of a response. */
const SEND_TIMEOUT = 60_000;
/** Milliseconds in which clients under load send one more request, whose response closes the connection. */
const DRAIN_TIMEOUT = 1_000;
/** Pending requests of one connection, so that a client that never reads cannot exhaust the memory. */
const MAX_PIPELINED = 32;
/** Bytes: 8 KiB for the URL and 16 KiB for the headers. Node has one limit for both. */
const MAX_HEADER_SIZE = 24 * 1024;

/**
 * Serves the API over HTTP.
 *
 * @example
 * await using stats = await openStats({ database: 'sqlite::memory:' });
 * await using server = await serve(stats, { port: 0 });
 * console.log(`Listening on ${server.url}`);
 *
 * @throws {RangeError} if `keepAliveTimeout`, `basePath`, `frameAncestors` or `auth` is invalid, or if other machines could claim to be any
 *   learner: with the mode `gateway`, an address that is not loopback requires `trustedProxies`
 * @throws the error of `server.listen()`, such as `EADDRINUSE`
 */
export async function serve(stats: Stats, options: ServeOptions = {}): Promise<RunningServer> {
  const { port = 8080, requestTimeout = 30_000, basePath = '' } = options;
  const { keepAliveTimeout = KEEP_ALIVE.fallback } = options;
  if (!(keepAliveTimeout >= KEEP_ALIVE.min && keepAliveTimeout <= KEEP_ALIVE.max)) {
    throw new RangeError(`keepAliveTimeout is ${keepAliveTimeout}; it must be from 1,000 to 86,400,000 ms.`);
  }
  // With an empty host, Node would listen on every address.
  const host = options.host || '127.0.0.1';
  assertServable({ ...options, host });
  const server = createServer({
    keepAliveTimeout,
    requestTimeout,
    headersTimeout: requestTimeout,
    connectionsCheckingInterval: Math.min(requestTimeout, 1_000),
    maxHeaderSize: MAX_HEADER_SIZE,
    // The app responds to a missing Host with a problem document.
    requireHostHeader: false,
  });
  const app = new App(stats, options);
  const tracker = new ConnectionTracker();
  attachListeners(server, app, tracker);
  server.listen(port, host);
  await once(server, 'listening');
  // Every request of a connection would reset the timeout that Node provides.
  const sweep = setInterval(() => tracker.closeStuck(), SEND_TIMEOUT).unref();

  const close = async (deadline = 10_000) => {
    app.isReady = false;
    tracker.closeConnections();
    const closed = once(server, 'close');
    const cut = setTimeout(() => server.closeAllConnections(), deadline);
    await tracker.drained(Math.min(DRAIN_TIMEOUT, deadline));
    server.close();
    await closed;
    clearTimeout(cut);
    clearInterval(sweep);
  };
  return { url: `${urlOf(server)}${basePath}`, close, [Symbol.asyncDispose]: () => close() };
}

function attachListeners(server: Server, app: App, tracker: ConnectionTracker): void {
  const serveRequest = (request: IncomingMessage, response: ServerResponse, acceptBody?: () => void) => {
    const connection = tracker.addRequest(request, response);
    const context = new RequestContext(request, response, { connection, acceptBody });
    if (connection.pending > MAX_PIPELINED) app.reject(context, tooManyRequests());
    else void app.serve(context);
  };
  server.on('connection', (socket) => tracker.add(socket));
  server.on('request', (request, response) => serveRequest(request, response));
  server.on('checkContinue', (request, response) => {
    // After a rejection, the next bytes can be the body or a new request, so the connection must end.
    response.shouldKeepAlive = false;
    serveRequest(request, response, () => {
      response.shouldKeepAlive = true;
      response.writeContinue();
    });
  });
  server.on('checkExpectation', (request, response) => {
    response.shouldKeepAlive = false;
    const connection = tracker.addRequest(request, response);
    const detail = rule('must be 100-continue or left out')({ input: request.headers.expect });
    const context = new RequestContext(request, response, { connection });
    app.reject(context, requestError('expectation-failed', { parameter: 'Expect', detail }));
  });
  server.on('clientError', (error, socket) => {
    handleParserError(app, error, socket, tracker.pendingResponse(socket));
  });
  server.on('connect', (request, socket) => rejectConnect(app, request, socket));
}

/** `localhost` is a loopback address on every system. */
const LOOPBACK = /^(localhost|127(?:\.\d{1,3}){3}|::1)$/i;

/**
 * Checks the options of `serve` before anything is opened.
 *
 * @throws {RangeError} if `auth` is invalid, or if other machines could claim to be any learner
 */
export function assertServable({ host = '127.0.0.1', auth = { mode: 'gateway' } }: ServeOptions): void {
  authOf(new Assets(), auth);
  if (auth.mode === 'token' || LOOPBACK.test(host)) return;
  if (auth.mode === 'link') throw new RangeError(`${host} must be a loopback address with the mode link.`);
  if (auth.trustedProxies !== undefined) return;
  throw new RangeError(
    `${host} can be reached from other machines, which could claim to be any learner. Set trustedProxies (--trusted-proxies) to the addresses of the gateway, or the mode token (--auth token).`,
  );
}

function tooManyRequests(): StatsError {
  const detail = `This connection has more than ${MAX_PIPELINED} requests without a response. Read the responses first.`;
  return new StatsError('overloaded', detail);
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}
