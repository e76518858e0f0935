import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatsError } from '../../src/core/index.js';
import { DIALECTS } from '../support/databases.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { assertRollups } from '../support/rollups.js';
import { runSql } from '../support/sql.js';

const CONCURRENCY = 500;
const REFUSED = 321;

/** A trigger rejects one session with an error that the program does not expect. */
const TRIGGERS = {
  sqlite: [
    `create trigger refuse before insert on study_sessions when new.time_studied = ${REFUSED}
     begin select raise(abort, 'not this one'); end`,
  ],
  postgres: [
    `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'not this one'; end $$`,
    `create trigger refuse before insert on study_sessions for each row
     when (new.time_studied = ${REFUSED}) execute function refuse()`,
  ],
};

for (const dialect of DIALECTS) {
  test(`One of ${CONCURRENCY} concurrent sessions that cannot be stored fails alone on ${dialect}`, async () => {
    await using fixture = await createFixture(dialect);
    const { stats, courseId, database } = fixture;
    for (const statement of TRIGGERS[dialect]) await runSql(database.url, statement);
    const userIds = Array.from({ length: 8 }, () => newUserId());

    const settled = await Promise.allSettled(
      Array.from({ length: CONCURRENCY }, async (_, index) => {
        const userId = userIds[index % userIds.length] ?? assert.fail();
        return stats.recordSession({ userId, courseId, session: sessionContent({ timeStudied: index }) });
      }),
    );

    for (const [index, result] of settled.entries()) {
      if (index !== REFUSED) assert.equal(result.status, 'fulfilled');
      else assert.ok(result.status === 'rejected' && !(result.reason instanceof StatsError));
    }
    const counted = await runSql(database.url, 'select cast(count(*) as text) as stored from study_sessions');
    assert.deepEqual(counted, [{ stored: String(CONCURRENCY - 1) }]);
    await assertRollups(database.url);
  });
}
