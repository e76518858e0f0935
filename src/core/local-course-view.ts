import type { InFlightLimiter } from './batching/in-flight-limiter.js';
import { Semaphore } from './batching/semaphore.js';
import { SharedCalls } from './batching/shared-calls.js';
import { courseNotFound, learnerNotFound, overloaded } from './errors.js';
import type { Call, CallSchemas } from './model/calls.js';
import type { Course } from './model/course.js';
import type { CourseActivity } from './model/course-activity.js';
import type { CourseSummary } from './model/course-summary.js';
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

/** Reads in flight: on SQLite threads, on Postgres a part of the connections, so that they do not delay other calls. */
const MAX_READS = { sqlite: 2, postgres: 3 } as const;

/**
 * The calls that read a whole course, each on one snapshot. They count towards the limit of the calls in flight. Equal
 * calls share a result while it is being computed, so that reloading a slow page does not repeat its work.
 */
export class LocalCourseView {
  readonly #store: Store;
  readonly #options: CourseViewOptions;
  readonly #reads: Semaphore;
  readonly #summaries = new SharedCalls<CourseSummary>();
  readonly #activities = new SharedCalls<CourseActivity>();

  constructor(store: Store, options: CourseViewOptions) {
    this.#store = store;
    this.#options = options;
    this.#reads = new Semaphore(MAX_READS[store.dialect], options.isQueueWide);
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
    const checked = parseCall(this.#options.schemas.getSummary, call);
    return this.#summaries.share(checked, () => this.#readSummary(checked));
  }

  #readSummary({ courseId, inactiveAfter }: Call<'getSummary'>) {
    const rule = { inactiveAfter, asOf: this.#now() };
    return this.#read(courseId, (context, course) =>
      summarizeCourse(context, course, rule, this.#options.minLearners),
    );
  }

  async getCourseActivity(call: unknown) {
    const checked = parseCall(this.#options.schemas.getCourseActivity, call);
    return this.#activities.share(checked, () => this.#readActivity(checked));
  }

  async #readActivity({ courseId, interval, timeZone, ...request }: Call<'getCourseActivity'>) {
    const items = await this.#read(courseId, async (context) => {
      const range = historyRange(request, await findCourseBounds(context, courseId));
      // Loaded on first use, like the intervals of a history.
      const { intervalsBetween } = await import('./model/intervals.js');
      const isWhole = request.from === undefined && request.to === undefined;
      return readCourseActivity(context, courseId, intervalsBetween(interval, timeZone, range), isWhole);
    });
    return { interval, timeZone, items };
  }

  /** Fails the calls that wait for their turn, so that closing waits only for those that read. */
  close(): void {
    this.#reads.rejectWaiting(overloaded());
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
