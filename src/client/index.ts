/**
 * The interface of `openStats` over HTTP.
 *
 * @module
 */
import { assertEncrypted, Credential, type Token } from './credential.js';
import { HttpConnection } from './http.js';
import { parseServerUrl, RemoteStats, type ServerStats } from './remote.js';

export interface ClientConfig {
  /** The URL of the server, such as `http://127.0.0.1:8080`, with the path prefix of a proxy. */
  readonly server: string;
  /** The credential, for a server with `--auth token`. Default: none. */
  readonly token?: Token | undefined;
  /**
   * Sends the token also without encryption: to an `http` URL of another machine. Only for a network that encrypts, such
   * as a VPN or a service mesh. Default: false.
   */
  readonly allowHttp?: boolean | undefined;
  /** Aborts the calls in flight and all later calls. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Connects to a running server with the first call. The interface is that of `openStats`. Calls other than
 * `addCourse` are retried for up to 20 seconds while the server or its gateway is unavailable.
 *
 * @example
 * await using stats = connectStats({ server: 'http://127.0.0.1:8080' });
 * await stats.ready();
 *
 * @throws {StatsError} `invalid-server-url`; `invalid-request` for an invalid token, or one that would be sent without
 *   encryption
 */
export function connectStats(config: ClientConfig): ServerStats {
  const { token, allowHttp = false, signal } = config;
  const base = parseServerUrl(config.server);
  if (token !== undefined && !allowHttp) assertEncrypted(base);
  const credential = token === undefined ? undefined : new Credential(token, signal);
  return new RemoteStats(new HttpConnection(base, { signal, credential }));
}

export type { Token } from './credential.js';
export type { ServerStats } from './remote.js';
export type { Stats } from '../core/api.js';
export type { CallerInfo } from '../core/model/caller.js';
export { StatsError } from '../core/errors.js';
export { deriveId, toCourseId, toSessionId, toUserId } from '../core/model/ids.js';
