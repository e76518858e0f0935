import type { DialectName } from '../../migrations/columns.js';
import { serve, type RunningServer, type ServeOptions } from '../../src/server/index.js';
import { createFixture, type Fixture } from './fixture.js';
import { HttpClient } from './http-client.js';

export interface HttpService extends Fixture {
  readonly server: RunningServer;
  readonly url: string;
  readonly client: HttpClient;
  readonly send: HttpClient['send'];
  readonly reported: readonly { readonly error: unknown; readonly requestId: string }[];
}

/** Serves a new database with one course on a free port, and opens a client. */
export async function createService(
  dialect: DialectName,
  options: Pick<ServeOptions, 'requestTimeout'> = {},
): Promise<HttpService> {
  await using stack = new AsyncDisposableStack();
  const fixture = stack.use(await createFixture(dialect));
  const reported: { error: unknown; requestId: string }[] = [];
  const server = stack.use(
    await serve(fixture.stats, {
      ...options,
      port: 0,
      onError: (error, requestId) => reported.push({ error, requestId }),
    }),
  );
  const client = stack.use(new HttpClient(server.url));
  const resources = stack.move();
  return {
    ...fixture,
    server,
    url: server.url,
    client,
    send: (...request) => client.send(...request),
    reported,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
