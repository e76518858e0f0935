import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Stats } from '../core/index.js';
import { createListeners, type AppOptions } from './app.js';
import { OpenAnswers } from './open-answers.js';
import { refuse } from './parser-errors.js';

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
   * Takes no more connections, answers what has arrived, and ends; connections that are still open after
   * `deadline` milliseconds (default: 10,000) are cut. `stats` stays open.
   */
  close(deadline?: number): Promise<void>;
}

/** Milliseconds: longer than the idle time of common load balancers, which must be the ones to close. */
const KEEP_ALIVE_TIMEOUT = 72_000;
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
  const answers = new OpenAnswers();
  const listeners = createListeners(stats, options);
  server.on('request', (request, response) => {
    answers.add(request, response);
    listeners.request(request, response);
  });
  server.on('checkContinue', (request, response) => {
    answers.add(request, response);
    listeners.checkContinue(request, response);
  });
  server.on('connection', (socket) => socket.once('close', () => answers.forget(socket)));
  server.on('clientError', (error, socket) => refuse(error, socket, answers.of(socket)));
  server.listen(port, host);
  await once(server, 'listening');

  const close = async (deadline = 10_000) => {
    answers.closeConnections();
    const closed = once(server, 'close');
    server.close();
    const cut = setTimeout(() => server.closeAllConnections(), deadline);
    await closed;
    clearTimeout(cut);
  };
  return { url: urlOf(server), close, [Symbol.asyncDispose]: () => close() };
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}
