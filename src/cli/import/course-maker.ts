import { StatsError } from '../../core/errors.js';
import type { StatsCalls, Unchecked } from '../../core/index.js';
import { textOf } from './session-call.js';

/** Makes the courses that sessions name; each is called by its id until somebody names it. */
export class CourseMaker {
  readonly #stats: Unchecked<StatsCalls>;
  readonly #onCourse: () => void;
  readonly #made = new Set<string>();

  /** @param onCourse told of each that it has made */
  constructor(stats: Unchecked<StatsCalls>, onCourse: () => void) {
    this.#stats = stats;
    this.#onCourse = onCourse;
  }

  /** Whether it was not there before: one that was made and still is not found will not be the next time. */
  mayMake(courseId: unknown): boolean {
    return !this.#made.has(textOf(courseId).toLowerCase());
  }

  async make(courseId: string): Promise<void> {
    try {
      await this.#stats.addCourse({ course: { courseId, name: courseId } });
      this.#onCourse();
    } catch (error) {
      // Where another course has its id for a name it stays unknown, which its own lines are told.
      if (!(error instanceof StatsError && error.kind === 'conflict')) throw error;
    }
    this.#made.add(courseId);
  }
}
