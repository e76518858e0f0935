import assert from 'node:assert/strict';
import { chmod, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { BIN, runCommand } from '../support/cli.js';
import { assertCommands } from '../support/console.js';
import { TestDirectory } from '../support/directory.js';
import { newCourseId } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { codeBlocks } from '../support/markdown.js';

const PAGE = new URL('../../docs/teachers.md', import.meta.url);

test('Every command in `docs/teachers.md` prints the documented output', () => assertCommands(PAGE));

test('The script in `docs/teachers.md` mails a report, and nothing if the report fails', async () => {
  await using fixture = await createFixture('sqlite');
  await using directory = await TestDirectory.create();
  const { path } = directory;
  const script = codeBlocks(PAGE).find(({ language }) => language === 'sh')?.code ?? '';
  await directory.write('mail-report', script);
  const programs = {
    'stats-service': `exec '${process.execPath}' '${BIN}' "$@"`,
    sendmail: `test "$*" = -t && cat >'${path}/mail'`,
  };
  for (const [name, line] of Object.entries(programs)) {
    await chmod(await directory.write(name, `#!/bin/sh\n${line}\n`), 0o755);
  }
  const env = { PATH: `${path}:${process.env['PATH']}`, STATS_DATABASE_URL: fixture.database.url };
  const mail = (courseId: string) => runCommand(['sh', `${path}/mail-report`, courseId], { env });

  const failed = await mail(newCourseId());
  assert.equal(failed.code, 3);
  assert.match(failed.stderr, /^stats-service: .*\n$/);
  await assert.rejects(readFile(`${path}/mail`), { code: 'ENOENT' });

  assert.deepEqual(await mail(fixture.courseId), { code: 0, stdout: '', stderr: '' });
  const [head = '', body = ''] = (await readFile(`${path}/mail`, 'utf8')).split('\n\n');
  assert.match(head, /^Content-Transfer-Encoding: base64$/m);
  assert.ok(body.split('\n').every((line) => line.length <= 76));
  assert.match(Buffer.from(body, 'base64').toString(), /^<!doctype html>.*<h1>Algebra: week .*<\/html>\s*$/s);
});
