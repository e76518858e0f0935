import type { Learner, TotalsRow } from '../service.js';
import { connect } from './connection.js';

/** Reads in one transaction the totals of many learners, each with its modules. */
export function openTotalsReader(path: string): (learners: readonly Learner[]) => (TotalsRow | undefined)[] {
  const db = connect(path);
  const begin = db.prepare('begin');
  const commit = db.prepare('commit');
  const find = db.prepare<[string, string], TotalsRow>(
    `select session_count, total_modules_studied, weighted_score_units, time_studied, first_completed_at,
       last_completed_at,
       (select count(*) from studied_modules s
        where s.user_id = t.user_id and s.course_id = t.course_id) as studied,
       (select count(*) from course_modules c where c.course_id = t.course_id) as declared,
       (select count(*) from studied_modules s join course_modules c using (course_id, module_id)
        where s.user_id = t.user_id and s.course_id = t.course_id) as studied_of_declared
     from course_stats t where user_id = ? and course_id = ?`,
  );
  return (learners) => {
    begin.run();
    const rows = learners.map(({ userId, courseId }) => find.get(userId, courseId));
    commit.run();
    return rows;
  };
}
