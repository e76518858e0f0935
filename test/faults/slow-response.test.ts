import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { setInterval } from 'node:timers';
import { test } from 'node:test';
import { connectStats } from '../../src/client/index.js';
import { FULL } from '../support/full.js';
import { listen } from '../support/ports.js';

test(
  'The client gives up on a response that arrives too slowly, although bytes keep arriving',
  { skip: !FULL && 'takes a minute', timeout: 100_000 },
  async () => {
    await using server = createServer((_, response) => {
      const timer = setInterval(() => response.write(' '), 3_000);
      response.on('close', () => clearInterval(timer));
    });
    const port = await listen(server);
    await using stats = connectStats({ server: `http://127.0.0.1:${port}` });
    await assert.rejects(stats.listCourses(), { code: 'server-unavailable' });
  },
);
