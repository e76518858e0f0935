/**
 * The HTTP API: a listener for a `node:http` server of your own, and the server that `stats-service serve` runs.
 *
 * @module
 */
export { createListener, type AppOptions, type Listener } from './app.js';
export { serve, type RunningServer, type ServeOptions } from './serve.js';
