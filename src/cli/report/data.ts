import type { CourseActivityItem, CourseSummary, RosterRow } from '../../core/index.js';
import type { Week } from './week.js';

/** Learners that a list of a report names. */
export const MAX_LISTED = 100;

/** The first learners of a list, and the number of all. */
export interface Listed<Item = RosterRow> {
  readonly items: readonly Item[];
  readonly total: number;
}

/** A learner and the completion time of the first session after which all modules had been studied. */
export interface Completion {
  readonly learner: RosterRow;
  readonly completedAt: string;
}

export interface Completions extends Listed<Completion> {
  /** The number of learners whose sessions were read; `null` if it was all who could have completed. */
  readonly checked: number | null;
}

/** The data of the report of a week. The statuses are those of `summary.asOf`, not those of the week. */
export interface ReportData {
  readonly week: Week;
  readonly timeZone: string;
  readonly summary: CourseSummary;
  /** The activity of the week, which is the last item, and of the weeks before. */
  readonly weeks: readonly CourseActivityItem[];
  readonly becameInactive: Listed;
  readonly completed: Completions;
  readonly notStarted: Listed;
}
