import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatabaseError } from 'pg';
import { explainPostgres, postgresFault } from '../../src/core/store/postgres/errors.js';
import type { DriverFault } from '../../src/core/store/store.js';
import { diagnose, openMigrator, openStats } from '../../src/core/index.js';
import { disconnect, runOn } from '../support/connections.js';
import { createDatabase } from '../support/databases.js';

/** Errors of the server by SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const OF_SERVER: readonly (readonly [fault: DriverFault | undefined, codes: string])[] = [
  ['unique', '23505'],
  ['foreign-key', '23503'],
  ['out-of-range', '22003'],
  ['locked', '55P03'],
  ['read-only', '25006'],
  ['outdated', '42P01 42703'],
  ['unusable', '28000 28P01 3D000 3F000 42501 57P04 58P01 F0000 F0001 XX001 XX002'],
  // Connections, serialization and deadlocks, resources, prerequisites, operators, waiting sessions, the system.
  ['unavailable', '08000 08001 08003 08004 08006 08P01 25P03 25P04 40000 40001 40003 40P01'],
  ['unavailable', '53000 53100 53200 53300 53400 55000 55006 57000 57014 57P01 57P02 57P03 57P05'],
  ['unavailable', '58000 58030 72000'],
  // Defects.
  [undefined, '0A000 22001 22P02 22021 23502 23514 25001 25P01 25P02 26000 2D000 34000 38000 42601 42883'],
  [undefined, '42P05 54000 54001 P0001 XX000'],
];

for (const [fault, codes] of OF_SERVER) {
  for (const code of codes.split(' ')) {
    test(`SQLSTATE ${code} is ${fault ?? 'a defect'}`, () => {
      const error = Object.assign(new DatabaseError('Something is wrong.', 1, 'error'), { code });
      assert.equal(postgresFault(error), fault);
      assert.equal(explainPostgres(error) !== '', fault === 'unusable');
    });
  }
}

/** Errors of the driver, of Node and of poolers: a code and a message. */
const OTHERS: readonly (readonly [fault: DriverFault | undefined, code: string, message: string])[] = [
  ['unavailable', 'ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:5432'],
  ['unavailable', 'ENOTFOUND', 'getaddrinfo ENOTFOUND db'],
  ['unavailable', 'ENOENT', 'connect ENOENT /tmp/.s.PGSQL.5432'],
  ['unavailable', '', 'timeout exceeded when trying to connect'],
  ['unavailable', '', 'Connection terminated unexpectedly'],
  ['unavailable', '', 'Query read timeout'],
  ['unusable', 'ENOENT', "ENOENT: no such file or directory, open '/ca.pem'"],
  ['unusable', '', 'The server does not support SSL connections'],
  ['unusable', '', 'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'],
  ['unusable', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'],
  ['unusable', 'ERR_TLS_CERT_ALTNAME_INVALID', "Hostname/IP does not match certificate's altnames"],
  ['unusable', '08P01', 'no such database: stats'],
  ['unusable', '08P01', 'unsupported startup parameter: options'],
  ['unusable', '08P01', 'bouncer config error'],
  ['unusable', '08P01', 'password authentication failed'],
  ['unusable', '08P01', 'SASL authentication failed'],
  ['unusable', 'ERR_SOCKET_BAD_PORT', 'Port should be >= 0 and < 65536'],
  ['unusable', 'EISDIR', 'illegal operation on a directory, read'],
  ['unusable', 'INVALID_CA', 'invalid CA certificate'],
  [undefined, 'ERR_INVALID_ARG_TYPE', 'The "url" argument must be of type string'],
  ['unusable', '42501', 'permission denied for schema public'],
  ['out-of-range', '23514', 'new row … violates check constraint "course_stats_totals_are_exact"'],
  [undefined, '', 'A batch has no result for one of its items.'],
];

for (const [fault, code, message] of OTHERS) {
  test(`The error "${code} ${message}" is ${fault ?? 'a defect'}`, () => {
    assert.equal(postgresFault(Object.assign(new Error(message), { code })), fault);
  });
}

test('A database that is not UTF-8 is refused by everything that opens it', async () => {
  await using server = await createDatabase('postgres');
  const name = `latin_${crypto.randomUUID().replaceAll('-', '')}`;
  await runOn(
    server.url,
    `create database ${name} encoding 'LATIN1' locale_provider libc locale 'C' template template0`,
  );
  const url = new URL(server.url);
  url.pathname = name;
  const database = url.href;
  const refusal = {
    code: 'database-unusable',
    message: /^The encoding of the database is LATIN1, .*createdb --encoding=UTF8/,
  };
  await assert.rejects(openStats({ database }), refusal);
  await using migrator = await openMigrator({ database });
  await assert.rejects(migrator.up(), refusal);
  await assert.rejects(diagnose({ database }), refusal);
  await disconnect(database);
  await runOn(server.url, `drop database ${name} with (force)`);
});
