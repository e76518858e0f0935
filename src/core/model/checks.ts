/*
 * The values of maintenance: findings, differences and the progress of a copy. They are separate from the checks,
 * so that the published types do not depend on the packages of the drivers.
 */

/** The result of one check of a database. */
export interface Finding {
  readonly check: 'database' | 'schema' | 'durability' | 'integrity' | 'rollups';
  /** A `warning` can be intended; a `problem` must be fixed. */
  readonly state: 'ok' | 'warning' | 'problem';
  readonly detail: string;
  /** The recommended action. */
  readonly advice?: string;
}

/** A learner in a course. The ids are unchecked text, because another program may have written them. */
export interface Learner {
  readonly userId: string;
  readonly courseId: string;
}

/** The numbers of compared rows. */
export interface Counts {
  readonly sessions: number;
  readonly lifetimeStats: number;
  readonly moduleCounts: number;
}

/** Values as text, because a sum may exceed the exact integers of JSON. `null` if the row is missing. */
interface Values {
  /** The stored value. */
  readonly stored: string | null;
  /** The value computed from the sessions. */
  readonly expected: string | null;
}

/** A total that differs from the sum of the sessions; `sessionCount` for a surplus or missing row. */
export interface TotalsDifference extends Learner, Values {
  readonly kind: 'totals';
  /** `weightedScoreUnits` is Σ score × modules, in 1/10,000. */
  readonly field:
    | 'sessionCount'
    | 'totalModulesStudied'
    | 'scoredModules'
    | 'weightedScoreUnits'
    | 'timeStudied'
    | 'firstCompletedAt'
    | 'lastCompletedAt';
}

/** A module count that differs from the number of sessions with that module. */
export interface ModuleDifference extends Learner, Values {
  readonly kind: 'module';
  readonly moduleId: string;
  readonly field: 'sessionCount';
}

/** A session that breaks a rule of its values. */
export interface RuleViolation extends Learner {
  readonly kind: 'session';
  readonly sessionId: string;
  /** `averageScoreUnits` are 1/10,000 of a score. */
  readonly field: string;
  /** The stored value; a long one is cut. */
  readonly stored: string;
  readonly rule: string;
}

/** A stored value that contradicts the sessions or their rules. */
export type Difference = TotalsDifference | ModuleDifference | RuleViolation;

export interface CopyOptions {
  /** Receives the size of each copied part and of the whole database, in bytes. */
  readonly onCopied?: ((bytes: number, total: number) => void) | undefined;
  /** Aborts the copy. */
  readonly signal?: AbortSignal | undefined;
}
