import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { sqlitePath } from '../../core/index.js';
import { UsageError, withValue } from '../errors.js';
import type { Io } from '../io.js';
import { addAuthOptions, readAuth, type AuthFlags, type AuthSettings } from '../serve/auth.js';
import {
  describeSetting,
  parseKeepAlive,
  parseMinLearners,
  parsePort,
  readSetting,
  SETTINGS,
  type Setting,
  type SettingValue,
} from '../settings.js';
import { addDatabaseOption, databaseUrl } from '../target.js';

/** Guards against a typing error. */
const MAX_WORKERS = 256;

interface Options extends AuthFlags {
  readonly database?: string;
  readonly host?: string;
  readonly port?: string;
  readonly keepAlive?: string;
  readonly workers?: string;
  readonly minLearners?: string;
  readonly frameAncestors?: string;
  readonly migrate: boolean;
  readonly readOnly?: boolean;
}

export function addServe(program: Command, io: Io): void {
  const command = addDatabaseOption(program.command('serve'))
    .description('serve the HTTP API')
    .option(SETTINGS.host.flags, describeSetting(SETTINGS.host))
    .option(SETTINGS.port.flags, describeSetting(SETTINGS.port))
    .option(SETTINGS.keepAlive.flags, describeSetting(SETTINGS.keepAlive))
    .option(SETTINGS.workers.flags, describeSetting(SETTINGS.workers))
    .option(SETTINGS.minLearners.flags, describeSetting(SETTINGS.minLearners))
    .option(SETTINGS.frameAncestors.flags, describeSetting(SETTINGS.frameAncestors));
  addAuthOptions(command)
    .option('--no-migrate', 'fail if the schema is not current, instead of migrating it')
    .option('--read-only', 'refuse every change, for a copy or a standby; the schema is not migrated')
    .action((options: Options) => runServe(io, options));
}

async function runServe(io: Io, options: Options): Promise<void> {
  const { readOnly = false } = options;
  const migrate = options.migrate && !readOnly;
  const database = databaseUrl(io, options, { create: migrate });
  const host = parseSetting(io, SETTINGS.host, options.host, parseHost);
  const port = parseSetting(io, SETTINGS.port, options.port, parsePort);
  const keepAliveTimeout = parseSetting(io, SETTINGS.keepAlive, options.keepAlive, parseKeepAlive);
  const parse = sqlitePath(database) !== undefined ? parseSqliteWorkers : parseWorkers;
  const workers = parseSetting(io, SETTINGS.workers, options.workers, parse) ?? 1;
  const auth = readAuth(io, options);
  const minLearners = parseSetting(io, SETTINGS.minLearners, options.minLearners, parseMinLearners);
  const frameAncestors = readSetting(io, SETTINGS.frameAncestors, options.frameAncestors);
  const serving = { host, port, keepAliveTimeout, frameAncestors: frameAncestors?.text, auth };
  const settings = { database, migrate, readOnly, minLearners, ...serving };
  await assertStartable(host, auth, frameAncestors);
  if (workers === 1) {
    const { runAlone } = await import('../serve/server.js');
    return runAlone(io, settings);
  }
  const { runWorkers } = await import('../serve/primary.js');
  return runWorkers(io, settings, workers);
}

/** Before the database is opened and migrated. */
async function assertStartable(
  host: string | undefined,
  auth: AuthSettings,
  frameAncestors: SettingValue | undefined,
): Promise<void> {
  const { assertFrameAncestors, assertServable } = await import('../../server/index.js');
  try {
    if (frameAncestors) assertFrameAncestors(frameAncestors.text, frameAncestors.name);
    // Without JWTs there are only API keys, which need no settings.
    if (auth.mode === 'gateway' || auth.jwt) assertServable({ host, auth });
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(error.message) : error;
  }
}

/** Returns `undefined` for a setting that is not set. */
function parseSetting<T>(
  io: Io,
  setting: Setting,
  flag: string | undefined,
  parse: (name: string, text: string) => T,
): T | undefined {
  const value = readSetting(io, setting, flag);
  return value && parse(value.name, value.text);
}

function parseHost(name: string, text: string): string {
  if (text.trim() === '') throw new UsageError(`${name} ${withValue(text, 'must be a host or an address')}`);
  return text;
}

function parseWorkers(name: string, text: string): number {
  if (text === 'auto') return availableParallelism();
  const workers = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (workers >= 1 && workers <= MAX_WORKERS) return workers;
  throw new UsageError(`${name} ${withValue(text, `must be auto or a number from 1 to ${MAX_WORKERS}`)}`);
}

function parseSqliteWorkers(name: string, text: string): number {
  if (text === 'auto' || parseWorkers(name, text) === 1) return 1;
  const rule =
    'must be 1 or auto on SQLite, because more processes do not write faster; use Postgres for more';
  throw new UsageError(`${name} ${withValue(text, rule)}`);
}
