import { sql, type RawBuilder } from 'kysely';
import type { DialectName } from '../../../../migrations/columns.js';

/** An instant as text, as it is told everywhere; one that no calendar of ours has as the database writes it. */
export function instantText(dialect: DialectName, value: RawBuilder<unknown>): RawBuilder<unknown> {
  if (dialect === 'sqlite') return value;
  return sql`case when ${value} >= timestamptz '1970-01-01Z' and ${value} < timestamptz '10000-01-01Z'
    then to_char(${value} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    else cast(${value} as text) end`;
}
