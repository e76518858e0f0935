import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OAuth2Server } from 'oauth2-mock-server';
import { serve } from '../../../src/server/index.js';
import { createFixture } from '../../support/fixture.js';
import { HttpClient } from '../../support/http-client.js';

test('Keys of a real issuer are discovered, rotated under load, and used while the issuer is away', async () => {
  await using fixture = await createFixture('sqlite');
  const issuer = new OAuth2Server();
  await issuer.issuer.keys.generate('RS256');
  await issuer.start(0, 'localhost');
  const { port } = issuer.address();
  const url = issuer.issuer.url ?? assert.fail();
  await using server = await serve(fixture.stats, {
    port: 0,
    auth: { mode: 'token', jwt: { issuer: url, audience: 'stats' } },
  });
  await using client = new HttpClient(server.url);
  let serial = 0;
  const newToken = () =>
    issuer.issuer.buildToken({
      scopesOrTransform: (_header, payload) => {
        Object.assign(payload, { aud: 'stats', sub: `learner-${serial++}` });
      },
    });
  const statusOf = async (token: string) =>
    (await client.send('GET', '/whoami', { headers: { authorization: `Bearer ${token}` } })).status;
  const known = await newToken();
  assert.equal(await statusOf(known), 200);

  // The issuer signs with a new key at once, within the cool-down of the first load.
  const fresh = async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, newToken));
    return Promise.all(tokens.map(statusOf));
  };
  const load = fresh();
  await issuer.issuer.keys.generate('ES256');
  const statuses = [...(await load), ...(await fresh())];
  assert.deepEqual(new Set(statuses), new Set([200]), String(statuses));

  // Away: known keys continue to work, also for new tokens; an unknown key is 503.
  const foreign = new OAuth2Server();
  foreign.issuer.url = url;
  await foreign.issuer.keys.generate('ES256');
  const later = await newToken();
  await issuer.stop();
  assert.deepEqual(await Promise.all([known, later].map(statusOf)), [200, 200]);
  const unknown = await foreign.issuer.buildToken({
    scopesOrTransform: (_header, payload) => {
      Object.assign(payload, { aud: 'stats', sub: 'learner' });
    },
  });
  assert.equal(await statusOf(unknown), 503);

  // Back: what was unknown is decided again.
  await issuer.start(port, 'localhost');
  const decided = await until(
    () => statusOf(unknown),
    (status) => status !== 503,
  );
  assert.equal(decided, 401);
  await issuer.stop();
});

async function until<T>(work: () => Promise<T>, accepts: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await work();
    if (accepts(value)) return value;
  }
}
