/** The least that an export must do: the driver's cursor, written out as CSV. */
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { argv } from 'node:process';
import BetterSqlite from 'better-sqlite3';

const BLOCK = 64 * 1024;
const [, , path = '', file = ''] = argv;
const db = new BetterSqlite(path, { readonly: true });
const sessions = db
  .prepare<[], (string | number)[]>(`
    select user_id, course_id, session_id, total_modules_studied, average_score_units / 10000.0, time_studied,
      completed_at, module_ids
    from study_sessions order by user_id, course_id, session_id`)
  .raw();
const out = createWriteStream(file);
let block = '';
for (const row of sessions.iterate()) {
  block += `${row.join()}\n`;
  if (block.length < BLOCK) continue;
  if (!out.write(block)) await once(out, 'drain');
  block = '';
}
out.end(block);
await once(out, 'close');
db.close();
