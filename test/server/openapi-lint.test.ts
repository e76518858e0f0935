import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runNode } from '../support/cli.js';
import { createService } from '../support/http-service.js';

const CLI = fileURLToPath(new URL('../../node_modules/@redocly/cli/bin/cli.js', import.meta.url));
const CONFIG = fileURLToPath(new URL('../../redocly.yaml', import.meta.url));

test('The Redocly linter reports no errors and no warnings in the OpenAPI document', async () => {
  await using service = await createService('sqlite');
  const { text } = await service.send('GET', '/openapi.json');
  const folder = await mkdtemp(join(tmpdir(), 'stats-lint-'));
  try {
    await writeFile(join(folder, 'openapi.json'), text);
    const argv = [CLI, 'lint', 'openapi.json', '--config', CONFIG, '--format', 'json'];
    const env = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', HOME: folder };
    const { code, stdout, stderr } = await runNode(argv, { cwd: folder, env });
    assert.equal(code, 0, stdout + stderr);
    const { totals } = JSON.parse(stdout);
    assert.deepEqual(totals, { errors: 0, warnings: 0, ignored: 0 }, stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
});
