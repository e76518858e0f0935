/** A learner in a course. Text whatever it says: what others wrote to may have other ids than ours. */
interface Place {
  readonly userId: string;
  readonly courseId: string;
}

/** As text: a sum may be beyond what a JSON number carries. `null` where there is no row. */
interface Values {
  /** What is kept. */
  readonly kept: string | null;
  /** What the sessions add up to. */
  readonly real: string | null;
}

/** A total that is not what the sessions add up to; of a row too many or too few it is the count of sessions. */
export interface TotalsDifference extends Place, Values {
  readonly kind: 'totals';
  /** `weightedScoreUnits` is Σ score × modules, in 1/10,000. */
  readonly what:
    | 'sessionCount'
    | 'totalModulesStudied'
    | 'weightedScoreUnits'
    | 'timeStudied'
    | 'firstCompletedAt'
    | 'lastCompletedAt';
}

/** A module that was not studied in as many sessions as is kept. */
export interface ModuleDifference extends Place, Values {
  readonly kind: 'module';
  readonly moduleId: string;
  readonly what: 'sessionCount';
}

/** A session that says what none may say. */
export interface BrokenRule extends Place {
  readonly kind: 'session';
  readonly sessionId: string;
  /** `averageScoreUnits` are 1/10,000 of a score. */
  readonly what: string;
  /** Of a long one the beginning. */
  readonly kept: string;
  readonly rule: string;
}

/** What a database says that its sessions, or the rules of sessions, do not. */
export type Difference = TotalsDifference | ModuleDifference | BrokenRule;
