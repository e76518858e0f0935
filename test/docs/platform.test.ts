import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { v5 } from 'uuid';
import * as z from 'zod';
import { describeApi } from '../../src/server/openapi/index.js';
import { dashboardRoutes, routeGroups } from '../../src/server/routes/index.js';
import { BIN, runCommand, runNode } from '../support/cli.js';
import { createDatabase } from '../support/databases.js';
import { TestDirectory } from '../support/directory.js';
import { startExample } from '../support/example.js';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { bodyOf } from '../support/http-answer.js';
import { HttpClient } from '../support/http-client.js';
import { documentSchema, endpointsOf } from '../support/http-openapi.js';
import { createService } from '../support/http-service.js';
import { codeBlocks } from '../support/markdown.js';
import { closedPort, listen } from '../support/ports.js';
import { findProgram, startProgram } from '../support/program.js';
import { startService } from '../support/service.js';

const PAGE = new URL('../../docs/platform.md', import.meta.url);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const statsSchema = z.looseObject({ sessionCount: z.int() });
const endpoints = endpointsOf(documentSchema.parse(JSON.parse(JSON.stringify(describeApi(routeGroups)))));

/** Returns the only block of a page with this language and text. */
function block(language: string, part: string, page = PAGE): string {
  const found = codeBlocks(page).filter(
    ({ code, ...rest }) => rest.language === language && code.includes(part),
  );
  assert.equal(found.length, 1, `${language}: ${part}`);
  return found[0]?.code ?? '';
}

/** Returns what learners may do, by route. */
function learnerRoutes(): ReadonlyMap<string, string> {
  const rows = readFileSync(PAGE, 'utf8').matchAll(/^\| `([A-Z]+ \S+)` +\| (yes|block) /gm);
  return new Map(Array.from(rows, ([, route = '', rule = '']) => [route, rule]));
}

test('The example in `docs/platform.md` derives the documented UUID', async () => {
  const argv = ['--input-type=module-typescript', '--eval', block('ts', 'export const toLearnerId')];
  const { code, stdout, stderr } = await runNode(argv, { cwd: ROOT });
  assert.equal(code, 0, stderr);
  assert.equal(stdout, block('text', ''));
});

test('`docs/platform.md` states for every route whether learners may call it', () => {
  const routes = [...endpoints, ...dashboardRoutes].map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual([...learnerRoutes().keys()].toSorted(), routes.toSorted());
});

interface Ports {
  readonly service: number;
  readonly login: number;
}

interface Gateway {
  readonly skip: string | false;
  /** The credential of a user. */
  readonly headers: Readonly<Record<string, string>>;
  readonly start: (ports: Ports) => Promise<{ readonly url: string } & AsyncDisposable>;
}

const COOKIE = { cookie: 'theme=dark; session=session-of-bob' };
const NGINX = block('nginx', 'auth_request');

const nginx = findProgram('nginx');
const caddy = findProgram('caddy');
const promtool = findProgram('promtool');
const systemdAnalyze = findProgram('systemd-analyze');

const PROXIES: Readonly<Record<string, Gateway>> = {
  nginx: { skip: nginx.skip, headers: COOKIE, start: (ports) => startNginx(ports) },
  Caddy: { skip: caddy.skip, headers: COOKIE, start: startCaddy },
};
const GATEWAYS: typeof PROXIES = {
  ...PROXIES,
  Express: { skip: false, headers: { authorization: 'Bearer bob' }, start: startExpress },
};

async function startNginx({ service, login }: Ports, config = NGINX) {
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await TestDirectory.create());
  const port = await closedPort();
  const http = config
    .replace('listen 80;', `listen 127.0.0.1:${port};`)
    .replace('127.0.0.1:8080', `127.0.0.1:${service}`)
    .replace('127.0.0.1:3000', `127.0.0.1:${login}`);
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${directory.path}/${name};`)
    .join('\n');
  const main = `daemon off; master_process off; pid ${directory.path}/pid; events {}`;
  const file = await directory.write('nginx.conf', `${main}\nhttp { access_log off; ${paths}\n${http} }`);
  stack.use(await startProgram(nginx, ['-e', 'stderr', '-c', file], { port, cwd: directory.path }));
  return runningAt(port, stack);
}

async function startCaddy({ service, login }: Ports) {
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await TestDirectory.create());
  const port = await closedPort();
  const site = block('caddyfile', 'reverse_proxy')
    .replace('learn.example.com', `http://127.0.0.1:${port}`)
    .replace('127.0.0.1:8080', `127.0.0.1:${service}`)
    .replace('127.0.0.1:3000', `127.0.0.1:${login}`);
  const file = await directory.write('Caddyfile', `{\n\tadmin off\n}\n${site}`);
  const argv = ['run', '--adapter', 'caddyfile', '--config', file];
  stack.use(await startProgram(caddy, argv, { port, cwd: directory.path }));
  return runningAt(port, stack);
}

/** The server of `docs/library.md` with the filter of `docs/platform.md`, on its own database. */
function startExpress() {
  const server = block('ts', 'app.use(express.json())', new URL('library.md', PAGE));
  const mounted = server.replace('setUser, createListener', 'setUser, onlyLearnerRoutes, createListener');
  assert.notEqual(mounted, server);
  return startExample(`${block('ts', 'onlyLearnerRoutes')}\n${mounted}`);
}

function runningAt(port: number, stack: AsyncDisposableStack) {
  const resources = stack.move();
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

for (const [name, { skip, headers, start }] of Object.entries(GATEWAYS)) {
  test(
    `${name}, configured as in \`docs/platform.md\`, blocks the routes of other roles`,
    { skip },
    async () => {
      await using login = await startExample(block('ts', 'session-of-ann'));
      await using service = await createService('sqlite');
      await using gateway = await start({ service: portOf(service.url), login: portOf(login.url) });
      await using client = new HttpClient(gateway.url);
      const userId = newUserId();
      assert.equal((await client.send('GET', '/stats/me/courses', { userId })).status, 401);
      for (const [route, rule] of learnerRoutes()) {
        const [method = '', path = ''] = route.split(' ');
        const filled = path
          .replace('{courseId}', service.courseId)
          .replace('{sessionId}', newSessionId())
          .replace('{userId}', userId)
          .replace('{name}', 'page.css');
        const json = method === 'GET' || method === 'DELETE' ? {} : { json: { name: 'Mine' } };
        const answer = await client.send(method, `/stats${filled}`, { headers, userId, ...json });
        assert.equal(answer.status === 403, rule === 'block', `${route}: ${answer.status}`);
        assert.equal(answer.headers['x-request-id'] === undefined, rule === 'block', route);
      }
    },
  );
}

for (const [name, { skip, headers, start }] of Object.entries(PROXIES)) {
  test(
    `Behind ${name}, a client with the id of another learner gets its own data only`,
    { skip },
    async () => {
      await using login = await startExample(block('ts', 'session-of-ann'));
      await using service = await createService('sqlite');
      await using gateway = await start({ service: portOf(service.url), login: portOf(login.url) });
      await using client = new HttpClient(gateway.url);
      const victim = newUserId();
      const path = `/courses/${service.courseId}`;
      const json = sessionContent();
      assert.equal((await service.send('POST', path, { userId: victim, json })).status, 201);

      const options = { headers, userId: victim, json };
      const posted = await client.send('POST', `/stats${path}`, options);
      assert.equal(posted.status, 201, posted.text);
      const { location = '' } = posted.headers;
      assert.ok(location.startsWith(`/stats${path}/sessions/`), location);
      assert.equal((await client.send('GET', location, { headers, userId: victim })).text, posted.text);
      await client.send('POST', `/stats${path}`, options);

      const read = await client.send('GET', `/stats${path}`, {
        headers: { ...headers, 'X-USER-ID': victim },
      });
      assert.equal(statsSchema.parse(bodyOf(read)).sessionCount, 2);
      const bob = v5('4712', '3b816241-2c64-4ceb-a091-70f65ef12df1');
      assert.equal((await service.send('GET', path, { userId: bob })).text, read.text);
      const page = await client.send('GET', `/stats${path}/sessions?limit=1`, { headers });
      const next = /^<(.*)>; rel="next"$/.exec(page.headers['link'] ?? '')?.[1] ?? '';
      assert.ok(next.startsWith(`/stats${path}/sessions?`), page.headers['link']);
      assert.equal((await client.send('GET', next, { headers })).status, 200);

      assert.equal((await client.send('DELETE', '/stats/me', { headers, userId: victim })).status, 200);
      const kept = await service.send('GET', path, { userId: victim });
      assert.equal(statsSchema.parse(bodyOf(kept)).sessionCount, 1);
    },
  );

  test(
    `Behind ${name}, a login check without an id does not let the client's id pass`,
    { skip },
    async () => {
      await using service = await createService('sqlite');
      await using login = createServer((_, response) => response.writeHead(204).end());
      await using gateway = await start({ service: portOf(service.url), login: await listen(login) });
      await using client = new HttpClient(gateway.url);
      const answer = await client.send('GET', '/stats/me/courses', { userId: newUserId() });
      assert.equal(answer.status, 401);
    },
  );
}

test(
  'With the CORS headers of `docs/platform.md`, nginx allows one origin',
  { skip: nginx.skip },
  async () => {
    await using login = await startExample(block('ts', 'session-of-ann'));
    await using service = await createService('sqlite');
    const config = `${block('nginx', '$allowed_origin {')}\n${NGINX}`.replace(
      'location /stats/ {',
      (line) => `${line}\n${block('nginx', 'Access-Control')}`,
    );
    const ports = { service: portOf(service.url), login: portOf(login.url) };
    await using gateway = await startNginx(ports, config);
    await using client = new HttpClient(gateway.url);
    const path = '/stats/me/courses';
    for (const [origin, allowed] of [
      ['https://www.example.com', 'https://www.example.com'],
      ['https://evil.example.net', undefined],
    ]) {
      const preflight = await client.send('OPTIONS', path, { headers: { origin: origin ?? '' } });
      assert.equal(preflight.status, 204);
      assert.equal(preflight.headers['access-control-allow-origin'], allowed);
      const answer = await client.send('GET', path, { headers: { ...COOKIE, origin: origin ?? '' } });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['access-control-allow-origin'], allowed);
    }
  },
);

test('The unit in `docs/platform.md` is valid for systemd', { skip: systemdAnalyze.skip }, async () => {
  await using directory = await TestDirectory.create();
  const unit = block('ini', '[Service]').replace('/usr/local/bin/stats-service', BIN);
  const file = await directory.write('stats-service.service', unit);
  const { code, stderr } = await runCommand([systemdAnalyze.path, 'verify', file]);
  assert.equal(stderr, '');
  assert.equal(code, 0);
});

test('The rules in `docs/platform.md` are valid for Prometheus', { skip: promtool.skip }, async () => {
  await using directory = await TestDirectory.create();
  await directory.write('stats-service.rules.yml', block('yaml', 'alert:'));
  const file = await directory.write('prometheus.yml', block('yaml', 'scrape_configs'));
  const { code, stdout, stderr } = await runCommand([promtool.path, 'check', 'config', file]);
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /SUCCESS: 7 rules found/);
});

test('The service has every metric of the rules in `docs/platform.md`', async () => {
  await using database = await createDatabase('postgres');
  await using service = await startService(['--database', database.url, '--port', '0']);
  await using client = new HttpClient(service.url);
  const { text } = await client.send('GET', '/metrics');
  const names = Array.from(block('yaml', 'alert:').matchAll(/\b(\w+)\{job=/g), ([, name = '']) => name);
  assert.ok(names.length >= 7);
  for (const name of names.filter((metric) => metric !== 'up')) {
    const family = name.replace(/_(?:count|bucket)$/, '');
    assert.match(text, new RegExp(`^# TYPE ${family} `, 'm'));
  }
  const [, state] = /stats_connections\{.*(state="\w+")/.exec(block('yaml', 'alert:')) ?? [];
  assert.ok(state !== undefined && text.includes(`stats_connections{${state}}`));
});
