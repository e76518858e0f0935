import { sql, type RawBuilder } from 'kysely';
import type { DialectName } from '../../../../migrations/columns.js';
import { grouped } from '../../model/rules.js';
import { MAX_SCORE, toUnits } from '../../model/score.js';
import { MAX_MODULES, MAX_TIME_STUDIED } from '../../model/session.js';
import { instantText } from './scope.js';
import { splitModuleIds } from './sums.js';

/** What every session was held to when it was recorded, for a database that others may have written to. */
interface SessionRule {
  readonly what: string;
  readonly rule: string;
  readonly value: RawBuilder<unknown>;
  readonly isBroken: RawBuilder<unknown>;
}

const HEX = '[0-9a-f]';
const UUID = [8, 4, 4, 4, 12].map((digits) => HEX.repeat(digits)).join('-');

export function sessionRules(dialect: DialectName): readonly SessionRule[] {
  return [
    ...(dialect === 'sqlite' ? idRules() : []),
    {
      what: 'courseId',
      rule: 'must be the id of a course',
      value: sql`course_id`,
      isBroken: sql`not exists (select 1 from courses where courses.course_id = study_sessions.course_id)`,
    },
    integer('totalModulesStudied', sql`total_modules_studied`, MAX_MODULES),
    integer('averageScoreUnits', sql`average_score_units`, toUnits(MAX_SCORE)),
    integer('timeStudied', sql`time_studied`, MAX_TIME_STUDIED),
    completedAt(dialect),
    {
      what: 'moduleIds',
      rule: 'must be at most 1,000 ids, each 1 to 128 visible ASCII characters, sorted, none twice',
      value: sql`module_ids`,
      isBroken: sql`module_ids <> '' and ${breaksModuleIds(dialect)}`,
    },
  ];
}

/** A type of its own sees to it on Postgres. */
function idRules(): SessionRule[] {
  const columns = { userId: sql`user_id`, courseId: sql`course_id`, sessionId: sql`session_id` };
  return Object.entries(columns).map(([what, value]) => ({
    what,
    rule: 'must be a UUID in lower case',
    value,
    isBroken: sql`${value} not glob ${sql.lit(UUID)}`,
  }));
}

function integer(what: string, value: RawBuilder<unknown>, max: number): SessionRule {
  const isBroken = sql`${value} not between 0 and ${sql.lit(max)}`;
  return { what, rule: `must be an integer from 0 to ${grouped(max)}`, value, isBroken };
}

/** On SQLite it is text, which may name a day that no calendar has: written anew it is another. */
function completedAt(dialect: DialectName): SessionRule {
  const value = sql`completed_at`;
  const isBroken =
    dialect === 'sqlite'
      ? sql`(completed_at < '1970' or completed_at is distinct from strftime('%Y-%m-%dT%H:%M:%fZ', completed_at))`
      : sql`(completed_at < timestamptz '1970-01-01Z' or completed_at >= timestamptz '10000-01-01Z')`;
  const rule = 'must be a time in UTC from 1970 to 9999';
  return { what: 'completedAt', rule, value: instantText(dialect, value), isBroken };
}

function breaksModuleIds(dialect: DialectName): RawBuilder<unknown> {
  const { table, moduleId } = splitModuleIds(dialect);
  const one = dialect === 'postgres' ? sql`${moduleId} collate "C"` : moduleId;
  const isForeign =
    dialect === 'postgres' ? sql`module_ids ~ '[^!-~]'` : sql`module_ids glob ${sql.lit('*[^!-~]*')}`;
  return sql`(${isForeign}
    or (select count(*) > 1000 or min(length(id)) < 1 or max(length(id)) > 128 from (
      select ${moduleId} as id from ${table}) as split)
    or module_ids <> (select string_agg(id, ';' order by id) from (
      select distinct ${one} as id from ${table}) as split))`;
}
