/** The load generator. It does little work per request, because it shares the CPUs with the server. */
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { COURSES, idOf, LEARNERS, upTo } from './seed.js';

export interface LoadOptions {
  readonly port: number;
  readonly work: 'record' | 'stats';
  readonly connections: number;
  readonly seconds: number;
  /** The load picks learners and courses at random from these. */
  readonly learners?: readonly number[];
  readonly courses?: readonly number[];
  /** The headers that identify a learner. Default: `X-User-Id`. */
  readonly headersOf?: (learner: number) => string;
}

/** Latencies are in milliseconds. */
type LoadReport = Readonly<Record<'requests' | 'seconds' | 'p50' | 'p99', number>>;

/** An upper bound, which sizes the array of latencies. */
const MAX_REQUESTS_PER_SECOND = 200_000;
const HEAD_END = '\r\n\r\n';
const SUCCESS = /^HTTP\/1\.1 20[01] /;
const CONTENT_LENGTH = /content-length: (\d+)/i;

/** Sends requests for `seconds`, one at a time on each connection. @throws if a request fails */
export async function runLoad(options: LoadOptions): Promise<LoadReport> {
  const nextRequest = createRequests(options);
  const latencies = new Float64Array(MAX_REQUESTS_PER_SECOND * options.seconds);
  let requests = 0;
  const start = performance.now();
  const deadline = start + options.seconds * 1_000;
  const runConnection = (resolve: () => void, reject: (error: Error) => void) => {
    // Reused for all packets of the connection.
    const buffer = Buffer.allocUnsafe(16_384);
    let answer = '';
    let sentAt = 0;
    const send = () => {
      sentAt = performance.now();
      if (sentAt < deadline) {
        socket.write(nextRequest(), 'latin1');
        return;
      }
      socket.removeAllListeners();
      socket.destroy();
      resolve();
    };
    const callback = (length: number) => {
      answer += buffer.toString('latin1', 0, length);
      const headEnd = answer.indexOf(HEAD_END);
      if (headEnd === -1) return true;
      const bodyLength = Number(CONTENT_LENGTH.exec(answer)?.[1]);
      const missing = headEnd + HEAD_END.length + bodyLength - answer.length;
      if (missing > 0) return true;
      if (missing < 0 || Number.isNaN(missing) || !SUCCESS.test(answer)) {
        reject(new Error(`The server answered:\n${answer}`));
        return false;
      }
      answer = '';
      latencies[requests] = performance.now() - sentAt;
      requests += 1;
      send();
      return true;
    };
    const onread = { buffer, callback };
    const socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true, onread });
    socket.once('connect', send).once('error', reject);
    socket.once('end', () => reject(new Error('The server closed the connection.')));
  };
  await Promise.all(upTo(options.connections).map(() => new Promise<void>(runConnection)));
  const seconds = (performance.now() - start) / 1_000;
  const sorted = latencies.subarray(0, requests).toSorted();
  const percentile = (share: number) => sorted[Math.floor((requests - 1) * share)] ?? Number.NaN;
  return { requests, seconds, p50: percentile(0.5), p99: percentile(0.99) };
}

function createRequests({ port, work, learners, courses, headersOf }: LoadOptions): () => string {
  const byHeader = headersOf ?? ((n: number) => `X-User-Id: ${idOf('learner', n)}`);
  const identities = (learners ?? upTo(LEARNERS)).map(byHeader);
  const courseIds = (courses ?? upTo(COURSES)).map((n) => idOf('course', n));
  const head = () => `/courses/${pick(courseIds)} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${pick(identities)}`;
  if (work === 'stats') return () => `GET ${head()}${HEAD_END}`;
  const rest = `\r\nContent-Type: application/json\r\nContent-Length: ${body().length}${HEAD_END}`;
  return () => `POST ${head()}${rest}${body()}`;
}

/** Returns a session with a random id. All bodies have the same length. */
function body(): string {
  const n = Math.floor(Math.random() * 64);
  const figures = `"averageScore":${20 + n}.${1 + (n % 9)},"timeStudied":${100_000 + n * 997}`;
  return `{"sessionId":"${randomUUID()}","totalModulesStudied":${10 + n},${figures}}`;
}

function pick<T>(items: readonly T[]): T | undefined {
  return items[Math.floor(Math.random() * items.length)];
}
