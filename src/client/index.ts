/**
 * The interface of `openStats` over HTTP.
 *
 * @module
 */
import type { Stats } from '../core/api.js';
import { parseServerUrl, RemoteStats } from './remote.js';

export interface ClientConfig {
  /** The URL of the server, such as `http://127.0.0.1:8080`, with the path prefix of a proxy. */
  readonly server: string;
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
 * @throws {StatsError} `invalid-server-url`
 */
export function connectStats(config: ClientConfig): Stats {
  return new RemoteStats(parseServerUrl(config.server), config.signal);
}

export type { Stats } from '../core/api.js';
export { StatsError } from '../core/errors.js';
export { deriveId, toCourseId, toSessionId, toUserId } from '../core/model/ids.js';
