import type { DriverClient } from './connections.js';
import { UnsuitableServerError } from './errors.js';
import type { TargetServer, Timeouts } from './parameters.js';

/*
 * Server, role or database defaults could override the settings that this program depends on: the time format
 * that it parses, commits that wait for the disk, read committed, timeouts, and generic plans, because planning
 * a batch takes longer than running it.
 *
 * On a direct connection they are set once per session. A pooler such as PgBouncer may use another server
 * connection for each transaction and share it with other programs, so behind a pooler every transaction begins
 * with the settings, which end with it, and statements have no names. A pooler reveals itself: it invents the
 * process id that the client gets, so that it differs from that of the server.
 */

/** The server that a connection requires, and its timeouts. */
export interface ConnectionRequirements {
  readonly timeouts: Timeouts;
  readonly target: TargetServer;
  /** True if nothing will be recorded. */
  readonly readOnly: boolean;
}

interface ServerState {
  readonly isDirect: boolean;
  readonly hasCitus: boolean;
  readonly isStandby: boolean;
  readonly isReadOnly: boolean;
  readonly encoding: string;
}

export interface ConnectionState {
  /** True if the connection goes through a pooler. */
  readonly isPooled: boolean;
  /** True if Citus shards the tables. */
  readonly isSharded: boolean;
}

/**
 * Configures a new connection and checks its server.
 *
 * @throws {UnsuitableServerError}
 */
export async function prepareConnection(
  client: DriverClient,
  needs: ConnectionRequirements,
): Promise<ConnectionState> {
  const { connect, lock, statement } = needs.timeouts;
  const processId = 'processID' in client ? client.processID : undefined;
  const { rows } = await client.query<ServerState>({
    text: `select pg_backend_pid() = $1 as "isDirect", pg_is_in_recovery() as "isStandby",
      current_setting('transaction_read_only') = 'on' as "isReadOnly",
      current_setting('server_encoding') as encoding,
      exists (select from pg_extension where extname = 'citus') as "hasCitus",
      (select count(set_config(name, value, false)) from (values
        ('datestyle', 'ISO'),
        ('timezone', 'UTC'),
        ('default_transaction_isolation', 'read committed'),
        ('lock_timeout', cast($2 as text)),
        ('statement_timeout', $3),
        ('idle_in_transaction_session_timeout', $3),
        ('synchronous_commit', case current_setting('synchronous_commit') when 'off' then 'on'
          else current_setting('synchronous_commit') end),
        ('plan_cache_mode', case when exists (select from pg_extension where extname = 'citus') then 'auto'
          else 'force_generic_plan' end)) as setting(name, value)
        where pg_backend_pid() = $1)`,
    values: [processId, String(lock), String(statement)],
    query_timeout: connect,
  });
  const [state] = rows;
  if (!state) throw new Error('Postgres did not describe itself.');
  checkServer(state, needs);
  return { isPooled: !state.isDirect, isSharded: state.hasCitus && (await isSharded(client, connect)) };
}

/** The catalog of Citus exists only with its extension. */
async function isSharded(client: DriverClient, timeout: number): Promise<boolean> {
  const { rows } = await client.query({
    text: "select from pg_dist_partition where logicalrelid = to_regclass('study_sessions')",
    values: [],
    query_timeout: timeout,
  });
  return rows.length > 0;
}

/** The settings at the beginning of each transaction through a pooler. */
export function transactionSettings({ lock, statement }: Timeouts): string {
  return `set local datestyle = 'ISO'; set local timezone = 'UTC'; set local lock_timeout = ${lock};
    set local statement_timeout = ${statement}; set local idle_in_transaction_session_timeout = ${statement};
    select case when current_setting('synchronous_commit') = 'off' then set_config('synchronous_commit', 'on', true) end`;
}

function checkServer(
  { encoding, isStandby, isReadOnly }: ServerState,
  { target, readOnly }: ConnectionRequirements,
): void {
  if (encoding !== 'UTF8') {
    throw new UnsuitableServerError(
      'unusable',
      `The encoding of the database is ${encoding}, which cannot store every name. Create it with "createdb --encoding=UTF8 --template=template0".`,
    );
  }
  if (!MATCHES[target]({ isStandby, isReadOnly })) {
    throw new UnsuitableServerError('unavailable', `The server is not ${target} (target_session_attrs).`);
  }
  if (isReadOnly && !isStandby && !readOnly) {
    throw new UnsuitableServerError(
      'unusable',
      'The role or the database has default_transaction_read_only = on, so nothing can be recorded. Set it to off, or use another role.',
    );
  }
}

const MATCHES: Readonly<
  Record<TargetServer, (server: Pick<ServerState, 'isStandby' | 'isReadOnly'>) => boolean>
> = {
  any: () => true,
  'read-write': ({ isReadOnly }) => !isReadOnly,
  'read-only': ({ isReadOnly }) => isReadOnly,
  primary: ({ isStandby }) => !isStandby,
  standby: ({ isStandby }) => isStandby,
};
