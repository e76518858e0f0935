import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { StatsError, type Stats } from '../core/index.js';
import { App, type AppOptions } from './app.js';
import { Exchange } from './exchange.js';
import { HttpError } from './http-error.js';
import { OpenAnswers } from './open-answers.js';
import { refuseTunnel, refuseUnparsed } from './parser-errors.js';

export interface ServeOptions extends AppOptions {
  /** Default: `127.0.0.1`. The service trusts `X-User-Id`: only what has authenticated the user may reach it. */
  readonly host?: string;
  /** 0 takes any free one. Default: 8080. */
  readonly port?: number;
  /** Milliseconds for a whole request to arrive. Default: 30,000. */
  readonly requestTimeout?: number;
}

export interface RunningServer extends AsyncDisposable {
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /**
   * Ends without losing a request that was sent: `/readyz` fails, every answer is the last of its connection,
   * and connections that are idle are closed a second later; then it takes no more. Those that are still open
   * after `deadline` milliseconds (default: 10,000) are cut. `stats` stays open.
   */
  close(deadline?: number): Promise<void>;
}

/** Milliseconds: longer than the idle time of common load balancers, which must be the ones to close. */
const KEEP_ALIVE_TIMEOUT = 72_000;
/** Milliseconds in which a connection must take an answer: a client that never reads does not stay. */
const SEND_TIMEOUT = 60_000;
/** Milliseconds in which clients that keep connections under load use each of them once more, and learn of the end. */
const DRAIN = 1_000;
/** Requests of a connection that wait for their answers: one that asks and never reads must not fill the memory. */
const MAX_PIPELINED = 32;
/** Bytes: 8 KiB for the URL, which is measured by itself, and 16 KiB for the headers. */
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
    // Its absence is answered like every other fault.
    requireHostHeader: false,
  });
  const app = new App(stats, options);
  const answers = new OpenAnswers();
  answer(server, app, answers);
  // Once a minute for all of them: Node's own timeout would be set anew with every request.
  const sweep = setInterval(() => answers.cutStuck(), SEND_TIMEOUT).unref();
  server.listen(port, host);
  await once(server, 'listening');

  const close = async (deadline = 10_000) => {
    app.isReady = false;
    answers.closeConnections();
    const closed = once(server, 'close');
    const cut = setTimeout(() => server.closeAllConnections(), deadline);
    await answers.drained(Math.min(DRAIN, deadline));
    server.close();
    await closed;
    clearTimeout(cut);
    clearInterval(sweep);
  };
  return { url: urlOf(server), close, [Symbol.asyncDispose]: () => close() };
}

/** Sees to everything that a connection can bring. */
function answer(server: Server, app: App, answers: OpenAnswers): void {
  const serveRequest = (request: IncomingMessage, response: ServerResponse, acceptBody?: () => void) => {
    const connection = answers.add(request, response);
    const exchange = new Exchange(request, response, { connection, acceptBody });
    if (connection && connection.unanswered > MAX_PIPELINED) app.refuse(exchange, tooManyAtOnce());
    else void app.serve(exchange);
  };
  server.on('connection', (socket) => answers.connected(socket));
  server.on('request', (request, response) => serveRequest(request, response));
  server.on('checkContinue', (request, response) => {
    // A client whose body is refused may send it or not: only a new connection is sure to begin with a request.
    response.shouldKeepAlive = false;
    serveRequest(request, response, () => {
      response.shouldKeepAlive = true;
      response.writeContinue();
    });
  });
  server.on('checkExpectation', (request, response) => {
    response.shouldKeepAlive = false;
    const detail = 'Expect must be 100-continue or left out.';
    const faults = [{ parameter: 'Expect', detail: 'must be 100-continue or left out' }];
    const connection = answers.add(request, response);
    app.refuse(
      new Exchange(request, response, { connection }),
      new HttpError('expectation-failed', detail, { faults }),
    );
  });
  server.on('clientError', (error, socket) => refuseUnparsed(app, error, socket, answers.of(socket)));
  server.on('connect', (request, socket) => refuseTunnel(app, request, socket));
}

function tooManyAtOnce(): StatsError {
  return new StatsError(
    'overloaded',
    `More than ${MAX_PIPELINED} requests of this connection wait for their answers. Read those first.`,
  );
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}
