/** For what is damaged. */
export const RESTORE = 'Stop what writes to it, keep a copy, and restore a backup.';

/** What was found out about a database. */
export interface Finding {
  readonly check: 'database' | 'schema' | 'durability' | 'integrity' | 'rollups';
  /** `warning` can be meant so; `problem` must be mended. */
  readonly state: 'ok' | 'warning' | 'problem';
  readonly detail: string;
  /** What to do. */
  readonly advice?: string;
}
