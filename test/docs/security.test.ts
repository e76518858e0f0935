import assert from 'node:assert/strict';
import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStats, SCOPES } from '../../src/core/index.js';
import { BIN, runCommand } from '../support/cli.js';
import { TestDirectory } from '../support/directory.js';
import { blocksOf, sectionOf } from '../support/markdown.js';

const section = sectionOf(new URL('../../docs/security.md', import.meta.url), 'API keys');

test('The commands of "API keys" in `docs/security.md` create, list and revoke keys', async () => {
  await using directory = await TestDirectory.create();
  const program = await directory.write(
    'stats-service',
    `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`,
  );
  await chmod(program, 0o755);
  const database = `sqlite:${join(directory.path, 'stats.db')}`;
  await using stats = await openStats({ database });
  const env = { STATS_DATABASE_URL: database, PATH: `${directory.path}:${process.env['PATH']}` };
  const script = blocksOf(section)
    .filter(({ language }) => language === 'sh')
    .map(({ code }) => code);
  assert.ok(script.length >= 4);
  const options = { env, cwd: directory.path };
  const { code, stdout, stderr } = await runCommand(['sh', '-c', `set -e\n${script.join('\n')}`], options);
  assert.equal(code, 0, stderr);
  const [first, second, ...others] = await stats.keys.list();
  assert.ok(first?.revokedAt && second?.revokedAt === null && others.length === 0);
  assert.match(stdout, new RegExp(`^Key .*\n${first.keyId} +active +never +all +.* Nightly import\n$`));
  assert.equal((await stat(join(directory.path, 'import.key'))).mode & 0o777, 0o600);
});

test('The section "API keys" in `docs/security.md` lists every scope', () => {
  for (const scope of SCOPES) assert.ok(section.includes(`| \`${scope}\` `), scope);
});
