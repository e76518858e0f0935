/**
 * The interface of `stats-service`, over HTTP.
 *
 * @module
 */
import type { Stats } from '../core/api.js';
import { parseServerUrl, RemoteStats } from './remote.js';

export interface ClientConfig {
  /** Where the server listens, such as `http://127.0.0.1:8080`, with the path that a proxy puts before it. */
  readonly server: string;
}

/**
 * Speaks to a running server through the same interface as `openStats`. It connects at the first call.
 *
 * @example
 * await using stats = connectStats({ server: 'http://127.0.0.1:8080' });
 * await stats.ready();
 *
 * @throws {StatsError} `invalid-server-url`
 */
export function connectStats(config: ClientConfig): Stats {
  return new RemoteStats(parseServerUrl(config.server));
}

export type { Stats } from '../core/api.js';
export { StatsError } from '../core/errors.js';
export { toCourseId, toSessionId, toUserId } from '../core/model/ids.js';
