import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from 'pg';
import { createFixture } from '../support/fixture.js';

test('Changing a course does not wait for a session that is being recorded in it', async () => {
  await using fixture = await createFixture('postgres');
  const { stats, courseId, database } = fixture;
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query('begin');
    // A foreign key of a new session would hold this lock on the course until the commit.
    await client.query('select 1 from courses where course_id = $1 for key share', [courseId]);

    for (const course of [
      { name: 'Algebra' },
      { name: 'Algebra', moduleIds: ['a', 'b'] },
      { name: 'Linear Algebra', moduleIds: ['b'] },
    ]) {
      // A blocked call would fail with a lock timeout, because the lock is released after the assertions.
      const { outcome } = await stats.setCourse({ courseId, course });
      assert.equal(outcome, 'replaced');
    }
  } finally {
    await client.end();
  }
});
