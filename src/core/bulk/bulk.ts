import type { Stats } from '../api.js';
import { LocalStats } from '../local.js';

/** Where many sessions can be recorded together: on a database, not on a server. */
export type Bulk = Pick<LocalStats, 'checkSession' | 'recordChecked'>;

export function bulkOf(stats: Stats): Bulk | undefined {
  return stats instanceof LocalStats ? stats : undefined;
}
