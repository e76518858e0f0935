/**
 * The interface of `stats-service`, over HTTP.
 *
 * @module
 */
import type { Stats } from '../core/api.js';
import { parseServerUrl, RemoteStats } from './remote.js';

export interface ClientConfig {
  /** The server's URL, such as `http://127.0.0.1:8080`, including the path under which a proxy serves it. */
  readonly server: string;
  /** Aborts calls in flight and later ones. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Calls a running server, with the same interface as `openStats`. The first call connects.
 *
 * @example
 * await using stats = connectStats({ server: 'http://127.0.0.1:8080' });
 * await stats.ready();
 *
 * @throws {StatsError} `invalid-server-url`
 */
export function connectStats(config: ClientConfig): Stats {
  return new RemoteStats(parseServerUrl(config.server), config.signal);
}

export type { Stats } from '../core/api.js';
export { StatsError } from '../core/errors.js';
export { toCourseId, toSessionId, toUserId } from '../core/model/ids.js';
