import { moduleIdsOf, type SessionRow } from '../rows.js';

/** Modules that are as much work as a session. */
const MODULES_PER_SESSION = 4;

/** As how many sessions one counts: much work must not come together in one batch. */
export function weightOf(row: Pick<SessionRow, 'module_ids'>): number {
  return 1 + moduleIdsOf(row).length / MODULES_PER_SESSION;
}
