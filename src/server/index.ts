/**
 * The HTTP API: a request listener for your own `node:http` server, and the server of `stats-service serve`.
 *
 * @module
 */
export { createListener, type AppOptions } from './app.js';
export { Metrics, type MetricsOptions } from './metrics.js';
export type { CompletedRequest } from './request.js';
export { serve, type RunningServer, type ServeOptions } from './serve.js';
