import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { backUp, type CourseId, type UserId } from '../../src/core/index.js';
import { TestDirectory } from './directory.js';
import { record } from './exports.js';
import { newUserId } from './factories.js';
import { createFixture } from './fixture.js';
import { sqlitePath } from './sql.js';

interface ReadOnlyCopy extends AsyncDisposable {
  readonly file: string;
  /** The directory of the file, which has no other files. */
  readonly parent: string;
  /** A directory that can be written. */
  readonly scratch: string;
  readonly courseId: CourseId;
  readonly userId: UserId;
}

/** A database with two sessions of one learner, in a file and a directory without write permission. */
export async function makeReadOnlyCopy(mode: 'backup' | 'wal' = 'backup'): Promise<ReadOnlyCopy> {
  const directory = await TestDirectory.create();
  const scratch = directory.path;
  const parent = join(scratch, 'copies');
  const file = join(parent, 'copy.db');
  const userId = newUserId();
  await using fixture = await createFixture('sqlite');
  await record(fixture, [userId], 2);
  mkdirSync(parent);
  if (mode === 'backup') {
    await backUp({ database: fixture.database.url, file });
  } else {
    await fixture.stats.close();
    copyFileSync(sqlitePath(fixture.database.url), file);
  }
  chmodSync(file, 0o444);
  chmodSync(parent, 0o555);
  return {
    file,
    parent,
    scratch,
    courseId: fixture.courseId,
    userId,
    async [Symbol.asyncDispose]() {
      chmodSync(parent, 0o755);
      await directory[Symbol.asyncDispose]();
    },
  };
}
