/** The least that an export must do: the driver and a cursor, written out as CSV. */
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { argv } from 'node:process';
import { Client } from 'pg';

const [, , url = '', file = ''] = argv;
const client = new Client({ connectionString: url });
await client.connect();
await client.query(`begin isolation level repeatable read read only`);
await client.query(`
  declare sessions no scroll cursor for
  select user_id, course_id, session_id, total_modules_studied, average_score_units / 10000.0, time_studied,
    to_char(completed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), module_ids
  from study_sessions order by user_id, course_id, session_id`);
const out = createWriteStream(file);
for (;;) {
  const { rows } = await client.query<unknown[]>({ text: 'fetch 5000 from sessions', rowMode: 'array' });
  if (rows.length === 0) break;
  if (!out.write(rows.map((row) => `${row.join()}\n`).join(''))) await once(out, 'drain');
}
out.end();
await once(out, 'close');
await client.end();
