import { METRICS_TYPE } from '../metrics.js';
import type { ServiceRoute } from '../route.js';

export const serviceRoutes: readonly ServiceRoute[] = [
  {
    method: 'GET',
    path: '/livez',
    operation: 'live',
    summary: 'Whether the process runs',
    answers: { 200: { description: 'It runs.', schema: 'Health' } },
    errors: [],
    async handle() {
      return { status: 200, body: { status: 'ok' } };
    },
  },
  {
    method: 'GET',
    path: '/readyz',
    operation: 'ready',
    summary: 'Whether requests can be answered',
    description: 'The database is reachable and its schema has all that is needed.',
    answers: { 200: { description: 'They can.', schema: 'Health' } },
    errors: ['database-unavailable', 'database-unusable', 'overloaded', 'schema-outdated'],
    async handle({ ready }) {
      await ready();
      return { status: 200, body: { status: 'ok' } };
    },
  },
  {
    method: 'GET',
    path: '/metrics',
    operation: 'metrics',
    summary: 'What the server has done, for Prometheus',
    answers: { 200: { description: 'The metrics.', type: METRICS_TYPE } },
    errors: [],
    async handle({ metrics }) {
      return { status: 200, type: METRICS_TYPE, text: await metrics() };
    },
  },
  {
    method: 'GET',
    path: '/openapi.json',
    operation: 'describe',
    summary: 'This description of the API',
    answers: { 200: { description: 'An OpenAPI 3.1 document.', schema: 'OpenApi' } },
    errors: [],
    async handle({ describe }) {
      return { status: 200, body: describe() };
    },
  },
];
