import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseDocument } from 'yaml';
import * as z from 'zod';
import { readDockerfile } from './support/dockerfile.js';
import { ROOT } from './support/npm.js';

const composeSchema = z.object({
  services: z.object({
    database: z.object({
      image: z.string(),
      restart: z.literal('unless-stopped'),
      environment: z.object({ POSTGRES_PASSWORD: z.string() }),
      volumes: z.array(z.string()),
      healthcheck: z.object({ test: z.array(z.string()).min(2), retries: z.number() }),
    }),
    service: z.object({
      build: z.literal('.'),
      restart: z.literal('unless-stopped'),
      read_only: z.literal(true),
      cap_drop: z.tuple([z.literal('ALL')]),
      security_opt: z.tuple([z.literal('no-new-privileges:true')]),
      environment: z.object({ STATS_DATABASE_URL: z.string(), PGPASSWORD: z.string() }),
      ports: z.array(z.string().startsWith('127.0.0.1:')),
      depends_on: z.object({ database: z.object({ condition: z.literal('service_healthy') }) }),
      stop_grace_period: z.string(),
    }),
  }),
  volumes: z.record(z.string(), z.unknown()),
});

const document = parseDocument(readFileSync(join(ROOT, 'compose.yaml'), 'utf8'));
const { services, volumes } = composeSchema.parse(document.toJS());

test('compose.yaml is well formed', () => {
  assert.deepEqual([...document.errors, ...document.warnings], []);
});

test('the service waits for a database that is healthy, and has a check of its own', () => {
  assert.equal(services.database.healthcheck.test[0], 'CMD');
  assert.match(readDockerfile(), /^HEALTHCHECK /m);
});

test('the service reaches the database by its name, with the same setting as password', () => {
  assert.equal(new URL(services.service.environment.STATS_DATABASE_URL).hostname, 'database');
  assert.match(services.service.environment.PGPASSWORD, /^\$\{STATS_POSTGRES_PASSWORD:-/);
  assert.equal(services.database.environment.POSTGRES_PASSWORD, services.service.environment.PGPASSWORD);
});

test('the service has more time to end than it takes', () => {
  // `serve` gives up after nine seconds.
  assert.ok(Number.parseInt(services.service.stop_grace_period, 10) > 9);
});

test('the data of the database outlive its container', () => {
  const [name, place] = services.database.volumes[0]?.split(':') ?? [];
  assert.ok(name !== undefined && name in volumes);
  // From 18 on the image keeps its data in a folder of each version below this one.
  assert.match(services.database.image, /^postgres:18/);
  assert.equal(place, '/var/lib/postgresql');
});
