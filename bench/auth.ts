/** Stats with a JWT or an API key, beside the gateway mode: the same server program, one after the other. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { openStats } from '../src/core/index.js';
import { createDatabase, openDatabases } from './databases.js';
import { runLoad } from './load.js';
import { DIRECTORY, startServer } from './processes.js';
import { grouped, median, printHeading, printRow, times } from './report.js';
import { idOf, SMALL, upTo } from './seed.js';

/** Each has a token of its own. */
const LEARNERS = 1_000;
const CONNECTIONS = 64;
const ISSUER = 'https://issuer.example';
const AUDIENCE = 'stats';

interface Mode {
  readonly name: string;
  readonly options: readonly string[];
  readonly headersOf?: (learner: number) => string;
}

export async function printAuth(rounds: number, seconds: number): Promise<void> {
  await using databases = await openDatabases('sqlite');
  const url = await createDatabase(databases, 'auth', SMALL);
  const modes = [{ name: 'gateway', options: [] }, await createJwtMode(), await createKeyMode(url)];
  const rates = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const mode of modes) {
      await using server = await startServer(url, mode.options);
      const load = {
        port: server.port,
        work: 'stats',
        connections: CONNECTIONS,
        learners: upTo(LEARNERS),
        ...mode,
      } as const;
      // Verifies each token once.
      await runLoad({ ...load, seconds: 1 });
      const report = await runLoad({ ...load, seconds });
      rates.set(mode.name, [...(rates.get(mode.name) ?? []), report.requests / report.seconds]);
    }
  }
  printHeading('stats on SQLite, 64 connections', 'requests/s', 'beside gateway');
  const gateway = median(rates.get('gateway') ?? []);
  for (const { name } of modes) {
    const rate = median(rates.get(name) ?? []);
    printRow(name, grouped(rate), times(rate / gateway));
  }
}

async function createJwtMode(): Promise<Mode> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const file = join(DIRECTORY, 'jwks.json');
  writeFileSync(
    file,
    JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' }] }),
  );
  const tokens = await Promise.all(
    upTo(LEARNERS).map((n) =>
      new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: idOf('learner', n) })
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .setExpirationTime('1h')
        .sign(privateKey),
    ),
  );
  return {
    name: 'JWT',
    options: ['--auth', 'token', '--jwt-issuer', ISSUER, '--jwt-audience', AUDIENCE, '--jwt-jwks', file],
    headersOf: (n) => `Authorization: Bearer ${tokens[n]}`,
  };
}

async function createKeyMode(database: string): Promise<Mode> {
  await using stats = await openStats({ database });
  const { text } = await stats.keys.create({ name: 'bench', scopes: ['stats:read'] });
  return {
    name: 'API key',
    options: ['--auth', 'token'],
    headersOf: (n) => `Authorization: Bearer ${text}\r\nX-User-Id: ${idOf('learner', n)}`,
  };
}
