/**
 * The HTTP API: a listener for a `node:http` server of your own, and the server that `stats-service serve` runs.
 *
 * @module
 */
export { createListener, type AppOptions } from './app.js';
export { Metrics, type MetricsOptions } from './metrics.js';
export type { AnsweredRequest } from './request.js';
export { serve, type RunningServer, type ServeOptions } from './serve.js';
