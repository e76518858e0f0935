import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCli } from '../support/cli.js';
import { TestDirectory } from '../support/directory.js';
import { newSessionId, newUserId } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { csvLine, HEADER } from '../support/imports.js';

test('`record` and `import` count studied modules that the course does not declare', async () => {
  await using fixture = await createFixture('sqlite');
  const { stats, courseId, database } = fixture;
  const target = ['--database', database.url];
  const session = ['--modules', '6', '--score', '68.4', '--time', '4m40s'];
  const record = [
    'record',
    '--user',
    newUserId(),
    '--course',
    courseId,
    ...session,
    '--module-ids',
    'a',
    'b',
    'c',
  ];
  assert.equal((await runCli([...record, ...target])).stderr, 'Recorded.\n');
  await stats.setCourse({ courseId, course: { name: 'Algebra', moduleIds: ['a'] } });
  assert.equal(
    (await runCli([...record, ...target])).stderr,
    'Recorded.\nModules that the course does not declare, without progress: 2 (b, c)\n',
  );
  const refused = await runCli([...record.slice(0, -3), 'a,b', ...target]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /--module-ids.*"?a,b"?.*Separate ids by spaces/);

  await using directory = await TestDirectory.create();
  const lines = [
    csvLine({ courseId, moduleIds: 'a;b' }),
    csvLine({ courseId, moduleIds: 'c;b', sessionId: newSessionId() }),
  ];
  const path = await directory.write('sessions.csv', [HEADER, ...lines].join('\n'));
  const { stdout } = await runCli(['import', path, ...target]);
  assert.match(stdout, /^Undeclared modules +2 \(b, c\)$/m);
  const again = await runCli(['import', path, '--json', ...target]);
  assert.partialDeepStrictEqual(JSON.parse(again.stdout), { replayed: 2, undeclaredModules: 2 });
});
