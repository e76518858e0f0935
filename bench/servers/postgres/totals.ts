import type { TotalsRow } from '../service.js';

/** The columns of a row in the order of {@link TotalsRow}, as Postgres writes them. */
export function toTotalsRow(values: readonly string[]): TotalsRow {
  const [sessions, modules, units, time, first = '', last = '', studied, declared, studiedOfDeclared] =
    values;
  return {
    session_count: Number(sessions),
    total_modules_studied: Number(modules),
    weighted_score_units: Number(units),
    time_studied: Number(time),
    first_completed_at: isoInstant(first),
    last_completed_at: isoInstant(last),
    studied: Number(studied),
    declared: Number(declared),
    studied_of_declared: Number(studiedOfDeclared),
  };
}

/** From text such as `2026-01-01 12:00:00.5+00`, whose fraction ends with its last digit that is not 0. */
function isoInstant(text: string): string {
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, -3).padEnd(3, '0')}Z`;
}
