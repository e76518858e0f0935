import type { InFlightLimiter } from './batching/in-flight-limiter.js';
import { Semaphore } from './batching/semaphore.js';
import { courseNotFound, learnerNotFound } from './errors.js';
import type { CallSchemas } from './model/calls.js';
import type { Course } from './model/course.js';
import { historyRange } from './model/history.js';
import type { CourseId } from './model/ids.js';
import { toInstant, type Clock } from './model/time.js';
import { parseCall } from './model/validation.js';
import { findCourseBounds, readCourseActivity } from './store/sql/course-activity.js';
import { findCourse } from './store/sql/courses.js';
import { findLearner, listLearners } from './store/sql/roster.js';
import { summarizeCourse } from './store/sql/summary.js';
import type { Store, StoreContext } from './store/store.js';

interface CourseViewOptions {
  readonly clock: Clock;
  readonly schemas: CallSchemas;
  readonly limiter: InFlightLimiter;
  readonly minLearners: number;
  /** True for an error that all queued reads would meet. */
  readonly isQueueWide: (error: unknown) => boolean;
}

/** Reads in flight: a part of the connections, so that they do not delay other calls. */
const MAX_READS = 3;

/** The calls that read a whole course, each on one snapshot. Their calls count towards the limit of the calls in flight. */
export class LocalCourseView {
  readonly #store: Store;
  readonly #options: CourseViewOptions;
  readonly #reads: Semaphore;

  constructor(store: Store, options: CourseViewOptions) {
    this.#store = store;
    this.#options = options;
    this.#reads = new Semaphore(MAX_READS, options.isQueueWide);
  }

  async listLearners(call: unknown) {
    const checked = parseCall(this.#options.schemas.listLearners, call);
    return this.#read(checked.courseId, (context, { moduleIds }) =>
      listLearners(context, { ...checked, moduleCount: moduleIds.length }, this.#now()),
    );
  }

  async getLearner(call: unknown) {
    const { inactiveAfter, ...learner } = parseCall(this.#options.schemas.getLearner, call);
    const rule = { inactiveAfter, asOf: this.#now() };
    return this.#read(learner.courseId, async (context, { moduleIds }) => {
      const row = await findLearner(context, { ...learner, moduleCount: moduleIds.length }, rule);
      if (!row) throw learnerNotFound(learner.userId);
      return { ...row, ...rule };
    });
  }

  async getSummary(call: unknown) {
    const { courseId, inactiveAfter } = parseCall(this.#options.schemas.getSummary, call);
    const rule = { inactiveAfter, asOf: this.#now() };
    return this.#read(courseId, (context, course) =>
      summarizeCourse(context, course, rule, this.#options.minLearners),
    );
  }

  async getCourseActivity(call: unknown) {
    const { courseId, interval, timeZone, ...request } = parseCall(
      this.#options.schemas.getCourseActivity,
      call,
    );
    const items = await this.#read(courseId, async (context) => {
      const range = historyRange(request, await findCourseBounds(context, courseId));
      // Loaded on first use, like the intervals of a history.
      const { intervalsBetween } = await import('./model/intervals.js');
      const isWhole = request.from === undefined && request.to === undefined;
      return readCourseActivity(context, courseId, intervalsBetween(interval, timeZone, range), isWhole);
    });
    return { interval, timeZone, items };
  }

  #read<T>(courseId: CourseId, work: (context: StoreContext, course: Course) => Promise<T>): Promise<T> {
    const { limiter } = this.#options;
    const read = () =>
      this.#store.readCourse(async (context) => {
        const course = await findCourse(context, courseId);
        if (!course) throw courseNotFound(courseId);
        return work(context, course);
      });
    return limiter.run(() => this.#reads.run(read));
  }

  #now(): string {
    return toInstant(this.#options.clock());
  }
}
