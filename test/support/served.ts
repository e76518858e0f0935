import { openStats, type CourseId } from '../../src/core/index.js';
import { createDatabase, withShortTimeouts } from './databases.js';
import { HttpClient } from './http-client.js';
import { Gate } from './http-gate.js';
import { startService, type Service } from './service.js';

export interface Served extends AsyncDisposable {
  readonly service: Service;
  /** The URL of the database without the gate. */
  readonly url: string;
  /** The proxy between the service and the database. */
  readonly gate: Gate;
  readonly courseId: CourseId;
  readonly client: HttpClient;
  readonly send: HttpClient['send'];
}

/** Starts the built program on a new Postgres database with one course, behind a gate. */
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

export async function addCourse(database: string) {
  await using stats = await openStats({ database });
  return await stats.addCourse({ course: { name: 'Algebra' } });
}
