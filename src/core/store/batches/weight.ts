import { moduleIdsOf } from '../rows.js';
import type { Candidate } from './batches.js';

/** Modules that are as much work as a session. */
const MODULES_PER_SESSION = 4;

/** As how many sessions one counts: much work must not come together in one batch. */
export function weightOf({ row }: Candidate): number {
  return row.module_ids === '' ? 1 : 1 + moduleIdsOf(row).length / MODULES_PER_SESSION;
}
