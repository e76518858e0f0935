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
    // The lock that a session's foreign key holds on its course until the commit.
    await client.query('select 1 from courses where course_id = $1 for key share', [courseId]);

    for (const course of [
      { name: 'Algebra' },
      { name: 'Algebra', moduleIds: ['a', 'b'] },
      { name: 'Linear Algebra', moduleIds: ['b'] },
    ]) {
      // Waiting calls fail in the end: the lock is held until all assertions have run.
      const { outcome } = await stats.setCourse({ courseId, course });
      assert.equal(outcome, 'replaced');
    }
  } finally {
    await client.end();
  }
});
