import assert from 'node:assert/strict';
import { copyFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { describe, test } from 'node:test';
import { backUp, openStats } from '../../src/core/index.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { assertProblem } from '../support/http-answer.js';
import { createService } from '../support/http-service.js';
import { sqlitePath } from '../support/sql.js';

const MOVED = { code: 'database-unusable', message: /was moved or replaced while it was open.*Restart/ };

describe('a SQLite file that is moved under an open database', () => {
  test('`ready` fails after the file was moved away, and succeeds when it is back', async () => {
    await using fixture = await createFixture('sqlite');
    const path = sqlitePath(fixture.database.url);
    await fixture.stats.ready();
    renameSync(path, `${path}.old`);
    await assert.rejects(fixture.stats.ready(), MOVED);
    renameSync(`${path}.old`, path);
    await fixture.stats.ready();
  });

  test('`ready` fails after the file was replaced by a copy, also behind a symbolic link', async () => {
    await using fixture = await createFixture('sqlite');
    const path = sqlitePath(fixture.database.url);
    const link = `${path}.link`;
    symlinkSync(path, link);
    await using linked = await openStats({ database: `sqlite:${link}`, readOnly: true });
    await linked.ready();
    copyFileSync(path, `${path}.copy`);
    renameSync(`${path}.copy`, path);
    await assert.rejects(fixture.stats.ready(), MOVED);
    await assert.rejects(linked.ready(), MOVED);
    rmSync(path);
    await assert.rejects(linked.ready(), MOVED);
  });

  test('`ready` fails after the write-ahead log was deleted; closing saves its sessions', async () => {
    await using fixture = await createFixture('sqlite');
    const { courseId, database, stats } = fixture;
    const learner = { userId: newUserId(), courseId };
    await stats.recordSession({ ...learner, session: sessionContent() });
    await stats.ready();
    rmSync(`${sqlitePath(database.url)}-wal`);
    await assert.rejects(stats.ready(), MOVED);
    await stats.close();
    await using reopened = await openStats({ database: database.url });
    assert.equal((await reopened.getStats(learner)).sessionCount, 1);
  });

  test('Recording fails in rollback-journal mode, which notices the move', async () => {
    await using fixture = await createFixture('sqlite');
    const { courseId, database } = fixture;
    const copy = `${sqlitePath(database.url)}.copy`;
    await backUp({ database: database.url, file: copy });
    await using stats = await openStats({ database: `sqlite:${copy}`, create: false });
    renameSync(copy, `${copy}.old`);
    const recording = stats.recordSession({ userId: newUserId(), courseId, session: sessionContent() });
    await assert.rejects(recording, { code: 'database-unusable' });
  });

  test('`/readyz` returns 503 without the path', async () => {
    await using service = await createService('sqlite');
    const path = sqlitePath(service.database.url);
    renameSync(path, `${path}.old`);
    const answer = await service.send('GET', '/readyz');
    assertProblem(answer, 503, 'database-unusable');
    assert.match(answer.text, /moved or replaced/);
    assert.ok(!answer.text.includes(path));
    assert.equal((await service.send('GET', '/livez')).status, 200);
  });
});
