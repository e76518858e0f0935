import { openStats, type CourseId } from '../../src/core/index.js';
import { createDatabase, withShortTimeouts } from './databases.js';
import { HttpClient } from './http-client.js';
import { Gate } from './http-gate.js';
import { startService, type Service } from './service.js';

export interface Served extends AsyncDisposable {
  readonly service: Service;
  /** The URL of the database itself, past the gate. */
  readonly url: string;
  /** On the service's way to it. */
  readonly gate: Gate;
  readonly courseId: CourseId;
  readonly client: HttpClient;
  readonly send: HttpClient['send'];
}

/** The real program, with short timeouts, on a Postgres database of its own with one course in it, through a gate. */
export async function serveGated(shorten = withShortTimeouts): Promise<Served> {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await createDatabase('postgres'));
  const { courseId } = await addCourse(url);
  const gate = stack.use(await Gate.before(url));
  const service = stack.use(await startService(['--database', shorten(gate.url), '--port', '0']));
  const client = stack.use(new HttpClient(service.url, 128));
  const resources = stack.move();
  return {
    service,
    url,
    gate,
    courseId,
    client,
    send: (...request) => client.send(...request),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** Brings the database up to date, and makes a course in it. */
export async function addCourse(database: string) {
  await using stats = await openStats({ database });
  return await stats.addCourse({ course: { name: 'Algebra' } });
}
