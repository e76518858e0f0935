import { InvalidArgumentError } from 'commander';
import { ID_NAMESPACE, isId, MAX_MIN_LEARNERS } from '../core/index.js';
import { parseDuration } from './duration.js';
import { UsageError, withValue } from './errors.js';
import type { Io } from './io.js';

/** A setting. A flag overrides the environment, which overrides the default. */
export interface Setting {
  readonly flags?: string;
  readonly env: string;
  readonly meaning: string;
  readonly fallback: string;
}

export const SETTINGS = {
  database: {
    flags: '--database <url>',
    env: 'STATS_DATABASE_URL',
    meaning: 'sqlite:PATH, sqlite::memory: or postgres://…; PG* variables supply missing parts',
    fallback: 'stats-service/stats.db in $XDG_DATA_HOME or ~/.local/share',
  },
  server: {
    flags: '--server <url>',
    env: 'STATS_SERVER_URL',
    meaning: 'use a running server instead of a database',
    fallback: 'none',
  },
  host: {
    flags: '--host <host>',
    env: 'STATS_HOST',
    meaning: 'the address to listen on',
    fallback: '127.0.0.1',
  },
  port: {
    flags: '--port <port>',
    env: 'STATS_PORT',
    meaning: 'the port to listen on; 0 selects a free port',
    fallback: '8080',
  },
  keepAlive: {
    flags: '--keep-alive <duration>',
    env: 'STATS_KEEP_ALIVE',
    meaning:
      "how long an idle connection stays open, 1s to 24h; must exceed the load balancer's idle timeout",
    fallback: '72s',
  },
  workers: {
    flags: '--workers <n>',
    env: 'STATS_WORKERS',
    meaning: 'the number of processes that share the port, on Postgres; auto: one for each core',
    fallback: '1',
  },
  minLearners: {
    flags: '--min-learners <n>',
    env: 'STATS_MIN_LEARNERS',
    meaning: 'the number of learners below which a summary has no quantiles, 1 to 1,000',
    fallback: '1',
  },
  frameAncestors: {
    flags: '--frame-ancestors <sources>',
    env: 'STATS_FRAME_ANCESTORS',
    meaning: "the sites that may show the dashboard in a frame: 'self' and origins, separated by spaces",
    fallback: "'none'",
  },
  auth: {
    flags: '--auth <mode>',
    env: 'STATS_AUTH',
    meaning: 'gateway: a service in front sends X-User-Id; token: each request has a JWT or an API key',
    fallback: 'gateway',
  },
  trustedProxies: {
    flags: '--trusted-proxies <list>',
    env: 'STATS_TRUSTED_PROXIES',
    meaning:
      'with gateway: the addresses and CIDR ranges of the services in front, separated by commas, or any',
    fallback: 'programs of this machine',
  },
  jwtIssuer: {
    flags: '--jwt-issuer <url>',
    env: 'STATS_JWT_ISSUER',
    meaning: 'with token: the iss of the JWTs',
    fallback: 'none; only API keys are accepted',
  },
  jwtAudience: {
    flags: '--jwt-audience <name>',
    env: 'STATS_JWT_AUDIENCE',
    meaning: 'with token: the aud of the JWTs',
    fallback: 'none',
  },
  jwtJwks: {
    flags: '--jwt-jwks <url>',
    env: 'STATS_JWT_JWKS',
    meaning: "with token: the URL or the file of the issuer's keys (JWKS)",
    fallback: 'discovered from the issuer',
  },
  jwtUserClaim: {
    flags: '--jwt-user-claim <name>',
    env: 'STATS_JWT_USER_CLAIM',
    meaning: 'with token: the claim of a JWT with the learner',
    fallback: 'sub',
  },
  sessionSecret: {
    env: 'STATS_SESSION_SECRET',
    meaning:
      "with token: the secret of the dashboard's sessions, at least 32 bytes, the same for all servers behind a load balancer",
    fallback: 'random',
  },
  token: {
    env: 'STATS_TOKEN',
    meaning: 'the JWT or API key for --server',
    fallback: 'none',
  },
  allowHttp: {
    env: 'STATS_ALLOW_HTTP',
    meaning: 'true: send STATS_TOKEN without encryption to an http --server of another machine',
    fallback: 'false',
  },
  idNamespace: {
    flags: '--id-namespace <uuid>',
    env: 'STATS_ID_NAMESPACE',
    meaning: 'the namespace of the ids that are derived from other texts',
    fallback: ID_NAMESPACE,
  },
  logLevel: {
    env: 'STATS_LOG_LEVEL',
    meaning: 'info (a line per request), warn (failures only), fatal, error, debug, trace or silent',
    fallback: 'info',
  },
} as const satisfies Record<string, Setting>;

export function describeSetting({ meaning, env, fallback }: Setting): string {
  return `${meaning} (${env}; default: ${fallback})`;
}

/** The value of a setting that is set, and the name of its flag or variable for messages. */
export interface SettingValue {
  readonly name: string;
  readonly text: string;
}

/** @param flag the value of the flag, which overrides the environment */
export function readSetting(
  { env }: Pick<Io, 'env'>,
  { flags = '', env: variable }: Setting,
  flag: string | undefined,
): SettingValue | undefined {
  if (flag !== undefined) return { name: flags.split(' ')[0] ?? flags, text: flag };
  const text = env[variable];
  return text === undefined ? undefined : { name: variable, text };
}

/** Returns the value of a setting that is `true` or `false`; the default is `false`. */
export function readBoolean(io: Pick<Io, 'env'>, setting: Setting): boolean {
  const { name, text } = readSetting(io, setting, undefined) ?? { name: '', text: 'false' };
  if (text === 'true' || text === 'false') return text === 'true';
  throw new UsageError(`${name} ${withValue(text, 'must be true or false')}`);
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Returns other text unchanged. The core then rejects it. */
export function parseNumber(text: string): number | string {
  return NUMBER.test(text) ? Number(text) : text;
}

/**
 * Collects the values of `--module-ids`. A comma is allowed in an id, but is more likely a list that was meant.
 */
export function parseModuleIds(text: string, previous: unknown): readonly string[] {
  if (text.includes(',')) {
    throw new InvalidArgumentError('Separate ids by spaces. An id with a comma can only be sent over HTTP.');
  }
  return Array.isArray(previous) ? [...previous, text] : [text];
}

/** Smallest number of milliseconds without a unit. A smaller number is usually meant as minutes or seconds. */
const MIN_PLAIN_TIME = 1_000;

/** @throws {UsageError} for a number that probably lacks its unit */
function assertUnit(name: string, text: string, units: string): void {
  if (/^\d+$/.test(text) && Number(text) > 0 && Number(text) < MIN_PLAIN_TIME) {
    throw new UsageError(`${name} is "${text}"; add a unit: ${units.replaceAll('#', text)}`);
  }
}

/** Returns milliseconds. */
export function parseTime(text: string): number {
  assertUnit('--time', text, '#m, #s or #ms');
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) {
    throw new InvalidArgumentError('It must be a duration such as 25m, 1h5m or PT25M, or milliseconds.');
  }
  return milliseconds;
}

/** Returns milliseconds. */
export function parseGap(text: string): number {
  assertUnit('--gap', text, '#s or #m');
  const milliseconds = parseDuration(text) ?? Number.NaN;
  if (milliseconds >= MIN_GAP && milliseconds <= MAX_GAP) return milliseconds;
  throw new UsageError(`--gap ${withValue(text, 'must be a duration from 1s to 24h, such as 30m')}`);
}

/** Milliseconds. */
const [MIN_GAP, MAX_GAP] = [1_000, 86_400_000];

/** Milliseconds. `serve()` has the same bounds. */
const KEEP_ALIVE = { min: 1_000, max: 86_400_000 };

/** Returns milliseconds. */
export function parseKeepAlive(name: string, text: string): number {
  assertUnit(name, text, '#s or #m');
  const milliseconds = parseDuration(text) ?? Number.NaN;
  if (milliseconds >= KEEP_ALIVE.min && milliseconds <= KEEP_ALIVE.max) return milliseconds;
  throw new UsageError(`${name} ${withValue(text, 'must be a duration from 1s to 24h, such as 72s')}`);
}

export function parsePort(name: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new UsageError(`${name} ${withValue(text, 'must be a port from 0 to 65,535')}`);
}

interface NamespaceOptions {
  readonly idNamespace?: string;
}

/** Returns the namespace of derived ids. */
export function readIdNamespace({ env }: Pick<Io, 'env'>, { idNamespace: flag }: NamespaceOptions): string {
  const { env: name, fallback } = SETTINGS.idNamespace;
  const namespace = flag ?? env[name] ?? fallback;
  if (isId(namespace)) return namespace;
  throw new UsageError(
    `${flag === undefined ? name : '--id-namespace'} ${withValue(namespace, 'must be a UUID')}`,
  );
}

export function parseMinLearners(name: string, text: string): number {
  const learners = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (learners >= 1 && learners <= MAX_MIN_LEARNERS) return learners;
  throw new UsageError(
    `${name} ${withValue(text, `must be a number from 1 to ${MAX_MIN_LEARNERS.toLocaleString('en-US')}`)}`,
  );
}
