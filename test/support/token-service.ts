import type { Scope } from '../../src/core/index.js';
import { serve } from '../../src/server/index.js';
import { createFixture, type Fixture } from './fixture.js';
import { Issuer } from './issuer.js';

export interface TokenService extends Fixture {
  readonly url: string;
  readonly issuer: Issuer;
  /** Creates an API key and returns its text. */
  createKey(scopes: readonly Scope[], courses?: Fixture['courseId'][]): Promise<string>;
}

/** Serves a new SQLite database that takes the JWTs of an issuer and API keys. */
export async function createTokenService(sessionSecret?: string): Promise<TokenService> {
  await using stack = new AsyncDisposableStack();
  const fixture = stack.use(await createFixture('sqlite'));
  const { keys } = fixture.stats;
  const issuer = stack.use(await Issuer.create());
  const auth = { mode: 'token', jwt: issuer.options, keys, sessionSecret } as const;
  const { url } = stack.use(await serve(fixture.stats, { port: 0, auth }));
  const resources = stack.move();
  return {
    ...fixture,
    url,
    issuer,
    createKey: async (scopes, courses) => (await keys.create({ name: 'Test', scopes, courses })).text,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
