import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runNode } from '../support/cli.js';
import { TestDirectory } from '../support/directory.js';
import { createService } from '../support/http-service.js';

const CLI = fileURLToPath(new URL('../../node_modules/@redocly/cli/bin/cli.js', import.meta.url));
const CONFIG = fileURLToPath(new URL('../../redocly.yaml', import.meta.url));

test('The Redocly linter reports no errors and no warnings in the OpenAPI document', async () => {
  await using service = await createService('sqlite');
  const { text } = await service.send('GET', '/openapi.json');
  await using directory = await TestDirectory.create();
  await directory.write('openapi.json', text);
  const argv = [CLI, 'lint', 'openapi.json', '--config', CONFIG, '--format', 'json'];
  const env = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', HOME: directory.path };
  const { code, stdout, stderr } = await runNode(argv, { cwd: directory.path, env });
  assert.equal(code, 0, stdout + stderr);
  const { totals } = JSON.parse(stdout);
  assert.deepEqual(totals, { errors: 0, warnings: 0, ignored: 0 }, stdout);
});
