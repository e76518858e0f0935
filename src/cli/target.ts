import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { Option, type Command } from 'commander';
import { assertDatabaseUrl, describeDatabase, openStats, type Stats } from '../core/index.js';
import type { ServerStats } from '../client/index.js';
import { UsageError } from './errors.js';
import { interruptible, type Io } from './io.js';
import { describeSetting, parseMinLearners, readBoolean, readSetting, SETTINGS } from './settings.js';

/** A database or a running server. */
export interface TargetOptions {
  readonly database?: string;
  readonly server?: string;
}

/** `read` changes nothing, `change` migrates the schema, and `create` also creates the database. */
type Access = 'read' | 'change' | 'create';

/** Milliseconds to wait for the responses in flight after the signal. */
const GRACE_PERIOD = 500;

export function addDatabaseOption(command: Command): Command {
  const { database } = SETTINGS;
  return command.option(database.flags, describeSetting(database));
}

export function addTargetOptions(command: Command): Command {
  return addServerOption(addDatabaseOption(command));
}

export function addServerOption(command: Command): Command {
  const { server } = SETTINGS;
  return command.option(server.flags, describeSetting(server));
}

/** Adds the option of a command that cannot use a server. A hidden `--server` results in a helpful error. */
export function addOwnDatabaseOption(command: Command): Command {
  return addDatabaseOption(command).addOption(new Option(SETTINGS.server.flags).hideHelp());
}

/** Opens the target, runs the work and closes the target. An interruption does not wait for any of them. */
export async function withStats(
  io: Io,
  options: TargetOptions,
  access: Access,
  work: (stats: Stats) => Promise<void>,
): Promise<void> {
  const run = async () => {
    await using stats = await openTarget(io, options, access);
    await work(stats);
  };
  await interruptible(io.signal, run());
}

export async function openTarget(io: Io, options: TargetOptions, access: Access): Promise<Stats> {
  const server = serverUrl(io, options);
  if (server !== undefined) return openServer(io, server);
  const create = access === 'create';
  const database = databaseUrl(io, options, { create });
  const minLearners = readSetting(io, SETTINGS.minLearners, undefined);
  return openStats({
    database,
    create,
    readOnly: access === 'read',
    minLearners: minLearners && parseMinLearners(minLearners.name, minLearners.text),
  });
}

/** Connects with the token of the environment. It has no flag, which every user of the machine could read. */
export async function openServer(io: Io, server: string): Promise<ServerStats> {
  const { connectStats } = await import('../client/index.js');
  const token = readSetting(io, SETTINGS.token, undefined)?.text;
  const allowHttp = readBoolean(io, SETTINGS.allowHttp);
  return connectStats({ server, token, allowHttp, signal: withGrace(io.signal) });
}

/** Returns a signal that is aborted `GRACE_PERIOD` later. */
function withGrace(signal: AbortSignal): AbortSignal {
  const late = new AbortController();
  const abortLater = () => setTimeout(() => late.abort(), GRACE_PERIOD).unref();
  if (signal.aborted) abortLater();
  else signal.addEventListener('abort', abortLater, { once: true });
  return late.signal;
}

/** Flags override the environment. */
export function serverUrl(io: Io, options: TargetOptions): string | undefined {
  if (options.database !== undefined && options.server !== undefined) {
    throw new UsageError('--database and --server exclude each other; use one of them');
  }
  if (options.database !== undefined) return undefined;
  if (options.server !== undefined) return options.server;
  const database = io.env[SETTINGS.database.env];
  const server = io.env[SETTINGS.server.env];
  if (database !== undefined && server !== undefined) {
    throw new UsageError(
      `${SETTINGS.database.env} and ${SETTINGS.server.env} are both set; unset one, or use --database or --server`,
    );
  }
  return server;
}

export function databaseUrl(
  io: Io,
  options: { readonly database?: string },
  { create }: { readonly create: boolean },
): string {
  const url = options.database ?? io.env[SETTINGS.database.env];
  if (url !== undefined) {
    assertDatabaseUrl(url);
    return url;
  }
  const path = defaultDatabase(io.env);
  if (create) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return `sqlite:${path}`;
}

/** @throws {UsageError} if the user named a server */
export function ownDatabaseUrl(io: Io, options: TargetOptions, command: string): string {
  const { database, server } = SETTINGS;
  const isNamed = (options.database ?? io.env[database.env]) !== undefined;
  const hasServer = !isNamed && io.env[server.env] !== undefined;
  const instead = options.server !== undefined ? '--server' : hasServer ? server.env : undefined;
  if (instead === undefined) return databaseUrl(io, options, { create: false });
  throw new UsageError(`${command} cannot use a server; use --database instead of ${instead}`);
}

export function describeTarget(io: Io, options: TargetOptions): string {
  return serverUrl(io, options) ?? describeDatabase(databaseUrl(io, options, { create: false }));
}

/** In the user's data directory: https://specifications.freedesktop.org/basedir-spec/latest/ */
function defaultDatabase(env: Io['env']): string {
  const named = env['XDG_DATA_HOME'] ?? '';
  // The specification requires relative paths to be ignored.
  const data = isAbsolute(named) ? named : join(env['HOME'] || homedir(), '.local', 'share');
  return join(data, 'stats-service', 'stats.db');
}
