import { v5 as uuidV5 } from 'uuid';
import type { Values } from '../readers/entry.js';
import { meanOf } from './score.js';
import { toUuid, type EventRow } from './store.js';

/** The namespace of the ids of sessions that are derived from events. It must never change. */
const EVENT_SESSION_NAMESPACE = '8e6b7c1d-93a0-4f52-b1de-5a7cf0d2e964';

/** Above the limit of modules per session, so that a session with more is rejected. */
const MAX_MODULES = 10_000;

/** A session of consecutive events. */
export class EventSession {
  readonly #first: EventRow;
  readonly #modules = new Set<string>();
  #last: number;
  #count = 0;
  #scoreSum = 0;
  #scores = 0;
  #longest = 0;

  constructor(first: EventRow) {
    this.#first = first;
    this.#last = first.time;
    this.add(first);
  }

  get line(): number {
    return this.#first.line;
  }

  get user(): Buffer {
    return this.#first.user;
  }

  get course(): Buffer {
    return this.#first.course;
  }

  get count(): number {
    return this.#count;
  }

  /** Returns true if the next event of the order continues this session. */
  isContinuedBy(event: EventRow, gap: number): boolean {
    return event.time - this.#last <= gap && event.user.equals(this.user) && event.course.equals(this.course);
  }

  add({ time, module, score, duration }: EventRow): void {
    this.#last = time;
    this.#count++;
    if (module !== null && this.#modules.size < MAX_MODULES) this.#modules.add(module);
    if (score !== null) {
      this.#scoreSum += score;
      this.#scores++;
    }
    this.#longest = Math.max(this.#longest, duration ?? 0);
  }

  values(): Values {
    const userId = toUuid(this.user);
    const courseId = toUuid(this.course);
    return {
      userId,
      courseId,
      sessionId: uuidV5(`${userId} ${courseId} ${toUuid(this.#first.id)}`, EVENT_SESSION_NAMESPACE),
      totalModulesStudied: this.#modules.size,
      averageScore: this.#scores === 0 ? null : meanOf(this.#scoreSum, this.#scores),
      timeStudied: Math.max(this.#last - this.#first.time, this.#longest),
      completedAt: new Date(this.#last).toISOString(),
      moduleIds: Array.from(this.#modules).toSorted(),
    };
  }
}

/** Splits ordered events into sessions with at most `gap` milliseconds between two events. */
export function* sessionsOf(events: Iterable<EventRow>, gap: number): Generator<EventSession> {
  let session: EventSession | undefined;
  for (const event of events) {
    if (session?.isContinuedBy(event, gap)) session.add(event);
    else {
      if (session) yield session;
      session = new EventSession(event);
    }
  }
  if (session) yield session;
}
