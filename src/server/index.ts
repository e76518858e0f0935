/**
 * The HTTP API: a request listener for your own `node:http` server, and the server of `stats-service serve`.
 *
 * @module
 */
export { createListener, type AppOptions } from './app.js';
export { AccessError } from './auth/caller.js';
export type { JwtOptions } from './auth/jwt.js';
export type { AuthOptions } from './auth/options.js';
export { newSecret } from './auth/secret.js';
export type { SecurityEvent } from './auth/security-event.js';
export { assertFrameAncestors } from './frame-ancestors.js';
export { Metrics, type MetricsOptions } from './metrics.js';
export type { CompletedRequest } from './request.js';
export { assertServable, serve, type RunningServer, type ServeOptions } from './serve.js';
