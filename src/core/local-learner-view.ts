import type { LearnerKey } from './api.js';
import { Batcher } from './batching/batcher.js';
import type { InFlightLimiter } from './batching/in-flight-limiter.js';
import { courseNotFound } from './errors.js';
import type { CallSchemas } from './model/calls.js';
import { historyRange, toHistoryItem } from './model/history.js';
import { toLearnerActivity } from './model/learner-activity.js';
import { toLifetimeStats } from './model/lifetime.js';
import { encodeCursor, toPage } from './model/pagination.js';
import type { Clock } from './model/time.js';
import { parseCall } from './model/validation.js';
import { assertCourse } from './store/sql/courses.js';
import { findBounds, sumByInterval } from './store/sql/history.js';
import { findFirstCompletion, sumByDay } from './store/sql/learner-activity.js';
import { listStudiedCourses } from './store/sql/stats.js';
import type { LearnerStats, Store } from './store/store.js';

interface LearnerViewOptions {
  readonly clock: Clock;
  readonly schemas: CallSchemas;
  readonly limiter: InFlightLimiter;
  readonly onBatch: (size: number) => void;
}

/** The calls that read how a learner is doing. They count towards the limit of the calls in flight. */
export class LocalLearnerView {
  readonly #store: Store;
  readonly #options: LearnerViewOptions;
  readonly #statsQueue: Batcher<LearnerKey, LearnerStats | 'course-not-found'>;

  constructor(store: Store, options: LearnerViewOptions) {
    this.#store = store;
    this.#options = options;
    const { onBatch } = options;
    this.#statsQueue = new Batcher((keys) => store.findStats(keys), store.batchPolicy, { onBatch });
  }

  /** The number of calls that wait for a batch of lifetime stats. */
  get waiting(): number {
    return this.#statsQueue.waiting;
  }

  async getStats(call: unknown) {
    const { schemas, limiter } = this.#options;
    const learner = parseCall(schemas.getStats, call);
    const found = await limiter.run(() => this.#statsQueue.add(learner));
    if (found === 'course-not-found') throw courseNotFound(learner.courseId);
    return toLifetimeStats(learner.courseId, found.totals, found.modules);
  }

  async getHistory(call: unknown) {
    const { schemas, limiter } = this.#options;
    const { interval, timeZone, ...request } = parseCall(schemas.getHistory, call);
    const items = await limiter.run(async () => {
      const isBounded = request.from !== undefined && request.to !== undefined;
      const bounds = isBounded ? {} : await findBounds(this.#store, request);
      const range = historyRange(request, bounds);
      if (bounds.first === undefined) await assertCourse(this.#store, request.courseId);
      // Loaded on first use: a heavy module that only this call needs.
      const { intervalsBetween } = await import('./model/intervals.js');
      const intervals = intervalsBetween(interval, timeZone, range);
      const sums = await sumByInterval(this.#store, request, intervals);
      return intervals.map(({ label }, position) => toHistoryItem(label, sums.get(position)));
    });
    return { interval, timeZone, items };
  }

  async getLearnerActivity(call: unknown) {
    const { schemas, limiter, clock } = this.#options;
    const { userId, timeZone, dayStart, ...request } = parseCall(schemas.getLearnerActivity, call);
    const activity = await limiter.run(async () => {
      const now = clock();
      const completion = await findFirstCompletion(this.#store, userId);
      const first = completion === undefined ? now : Math.min(Date.parse(completion), now);
      // Loaded on first use, like the intervals of a history.
      const { ActivityDays } = await import('./model/activity-days.js');
      const days = new ActivityDays({ timeZone, dayStart, first, now });
      const range = days.range(request);
      const within = { start: first, end: days.end };
      const sums = await sumByDay(this.#store, { userId, within, pieces: days.pieces, range });
      return toLearnerActivity(sums, days);
    });
    return { timeZone, dayStart, ...activity };
  }

  async listStudiedCourses(call: unknown) {
    const { schemas, limiter } = this.#options;
    const checked = parseCall(schemas.listStudiedCourses, call);
    const studied = await limiter.run(() => listStudiedCourses(this.#store, checked));
    return toPage(studied, checked.limit, (last) => encodeCursor([last.name]));
  }
}
