import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { Option, type Command } from 'commander';
import { openStats, type Stats } from '../core/index.js';
import { UsageError } from './errors.js';
import { interruptible, type Io } from './io.js';
import { describeSetting, SETTINGS } from './settings.js';

/** Where a command works: on a database or on a running server. */
export interface TargetOptions {
  readonly database?: string;
  readonly server?: string;
}

/**
 * A command that only reads changes nothing, neither a schema nor a file; one that changes what is there makes
 * no database for it.
 */
type Access = 'read' | 'change' | 'create';

/** Milliseconds to wait for answers after the signal: what was sent may still be counted. */
const GRACE = 500;

export function addDatabaseOption(command: Command): Command {
  const { database } = SETTINGS;
  return command.option(database.flags, describeSetting(database));
}

export function addTargetOptions(command: Command): Command {
  const { server } = SETTINGS;
  return addDatabaseOption(command).option(server.flags, describeSetting(server));
}

/** For a command that needs the database itself; a server is rejected with a usage error. */
export function addOwnDatabaseOption(command: Command): Command {
  return addDatabaseOption(command).addOption(new Option(SETTINGS.server.flags).hideHelp());
}

/** Does the work of a command and closes what it worked on; an interruption waits for neither. */
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
  if (server !== undefined) {
    const { connectStats } = await import('../client/index.js');
    return connectStats({ server, signal: withGrace(io.signal) });
  }
  const create = access === 'create';
  const database = databaseUrl(io, options, { create });
  return openStats({ database, create, migrate: access !== 'read' });
}

/** Aborted a little after the signal, so that a server can answer the requests in flight. */
function withGrace(signal: AbortSignal): AbortSignal {
  const late = new AbortController();
  const abortLater = () => setTimeout(() => late.abort(), GRACE).unref();
  if (signal.aborted) abortLater();
  else signal.addEventListener('abort', abortLater, { once: true });
  return late.signal;
}

/** Flags before environment; within each the user must say which of the two is meant. */
export function serverUrl(io: Io, options: TargetOptions): string | undefined {
  if (options.database !== undefined && options.server !== undefined) {
    throw new UsageError('--database and --server exclude each other');
  }
  if (options.database !== undefined) return undefined;
  if (options.server !== undefined) return options.server;
  const database = io.env[SETTINGS.database.env];
  const server = io.env[SETTINGS.server.env];
  if (database && server) {
    throw new UsageError(
      `${SETTINGS.database.env} and ${SETTINGS.server.env} are both set; choose with --database or --server`,
    );
  }
  return server || undefined;
}

export function databaseUrl(
  io: Io,
  options: { readonly database?: string },
  { create }: { readonly create: boolean },
): string {
  const url = options.database ?? (io.env[SETTINGS.database.env] || undefined);
  if (url !== undefined) return url;
  const path = defaultDatabase(io.env);
  if (create) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return `sqlite:${path}`;
}

/** @throws {UsageError} if a server is what the user has named */
export function ownDatabaseUrl(io: Io, options: TargetOptions, command: string): string {
  const { database, server } = SETTINGS;
  const isNamed = options.database !== undefined || Boolean(io.env[database.env]);
  const instead =
    options.server !== undefined ? '--server' : !isNamed && io.env[server.env] ? server.env : undefined;
  if (instead === undefined) return databaseUrl(io, options, { create: false });
  throw new UsageError(`${command} needs the database itself: name it with --database instead of ${instead}`);
}

/** The target of a command without its password. */
export function describeTarget(io: Io, options: TargetOptions): string {
  return serverUrl(io, options) ?? describeDatabase(databaseUrl(io, options, { create: false }));
}

/** A database URL as it may be shown: without its password, wherever that stands. */
export function describeDatabase(url: string): string {
  if (url.startsWith('sqlite:')) return url;
  if (!URL.canParse(url)) return `${/^[a-z]*/.exec(url)?.[0]}:…`;
  const { protocol, username, host, pathname } = new URL(url);
  return `${protocol}//${username && `${username}@`}${host}${pathname}`;
}

/** In the user's data directory: https://specifications.freedesktop.org/basedir-spec/latest/ */
function defaultDatabase(env: Io['env']): string {
  const named = env['XDG_DATA_HOME'] ?? '';
  // The specification has relative paths ignored.
  const data = isAbsolute(named) ? named : join(env['HOME'] || homedir(), '.local', 'share');
  return join(data, 'stats-service', 'stats.db');
}
