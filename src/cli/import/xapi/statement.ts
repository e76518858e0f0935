import { deriveId, isModuleId, MAX_TIME_STUDIED, StatsError, toMilliseconds } from '../../../core/index.js';
import { withValue } from '../../errors.js';
import { faultsOf, type LineFault, type Values } from '../readers/entry.js';
import type { OnId } from '../readers/fields.js';
import { parseObject } from '../readers/json.js';
import { StatementCourses, type StatementCourse } from './course.js';
import { parseIsoDuration } from './duration.js';
import { Learners, type Learner } from './learner.js';
import { statementSchema, type RawStatement } from './schema.js';
import { percentageOf } from './score.js';

/** Extensions of the result that make a statement a session of its own. */
const MODULE_COUNT = 'urn:stats-service:totalModulesStudied';
const MODULE_IDS = 'urn:stats-service:moduleIds';
const VOIDED = 'http://adlnet.gov/expapi/verbs/voided';

/** An activity of a learner at one time. */
export interface Event {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** `null` if the object is not an activity, or the course itself. */
  readonly moduleId: string | null;
  /** In percent; `null` without a score. */
  readonly score: number | null;
  /** Milliseconds. */
  readonly duration: number | null;
}

export interface Statement {
  /** A UUID. */
  readonly id: string;
  readonly learner: Learner;
  readonly course: StatementCourse;
  /** The values of a statement that is a session of its own are JSON. */
  readonly content: Event | { readonly session: string };
}

export type ParsedStatement =
  | Statement
  /** The id of a voided statement. */
  | { readonly voids: string }
  | 'other verb'
  | { readonly faults: readonly LineFault[] };

interface StatementOptions {
  readonly idNamespace: string;
  /** The course of statements that name none. */
  readonly course: string | undefined;
  /** The verbs that count, as IRIs or their last path segments. Default: all. */
  readonly verbs: readonly string[];
  readonly onId?: OnId | undefined;
}

export class StatementParser {
  readonly #namespace: string;
  readonly #verbs: ReadonlySet<string>;
  readonly #learners: Learners;
  readonly #courses: StatementCourses;

  constructor({ idNamespace, course, verbs, onId }: StatementOptions) {
    this.#namespace = idNamespace;
    this.#verbs = new Set(verbs);
    this.#learners = new Learners(idNamespace, onId);
    this.#courses = new StatementCourses({ namespace: idNamespace, fallback: course, onId });
  }

  parse(text: string): ParsedStatement {
    const json = parseObject(text);
    if ('faults' in json) return { faults: json.faults };
    const document = json.values;
    const { success, data, error } = statementSchema.safeParse(document);
    const verb = data?.verb?.id ?? '';
    if (success && verb === VOIDED) return this.#voiding(data);
    if (success && !this.#counts(verb)) return 'other verb';
    if (success) return this.#statement(data, document);
    return { faults: error.issues.map(({ path, message }) => ({ field: path.join('.'), detail: message })) };
  }

  #voiding({ object }: RawStatement): ParsedStatement {
    const id = object?.objectType === 'StatementRef' ? object.id?.trim() : undefined;
    if (id) return { voids: deriveId(id, this.#namespace) };
    return {
      faults: [{ field: 'object', detail: 'must be a StatementRef with an id, because the verb is voided' }],
    };
  }

  #counts(verb: string): boolean {
    if (this.#verbs.size === 0 || this.#verbs.has(verb)) return true;
    return this.#verbs.has(verb.slice(Math.max(verb.lastIndexOf('/'), verb.lastIndexOf('#')) + 1));
  }

  #statement(raw: RawStatement, document: Values): ParsedStatement {
    const faults: LineFault[] = [];
    const isSession = raw.result?.extensions?.[MODULE_COUNT] !== undefined;
    const found = this.#learners.find(raw.actor);
    const learner = 'userId' in found ? found : undefined;
    if (!('userId' in found)) faults.push(found);
    const course = isSession ? this.#courses.ofSession(raw) : this.#courses.ofEvent(raw);
    if (!course) faults.push(NO_COURSE);
    const time = timeOf(raw.timestamp ?? undefined, faults);
    const duration = durationOf(raw.result?.duration ?? undefined, faults);
    const id = this.#idOf(raw.id?.trim() || undefined, document, faults);
    let session = '';
    if (isSession) {
      if (!raw.id) faults.push({ field: 'id', detail: 'is required, because the statement is a session' });
      if (duration === null) faults.push({ field: 'result.duration', detail: 'is required' });
      const ids = { userId: learner?.userId, courseId: course?.courseId, sessionId: id };
      session = toJson({ ...ids, ...sessionContentOf(raw), timeStudied: duration }, faults);
    }
    const event = isSession ? undefined : this.#eventOf(raw, course, faults);
    // A session that is too long would be rejected as a whole.
    if (event && duration !== null && duration > MAX_TIME_STUDIED) {
      const rule = `must be at most ${MAX_TIME_STUDIED.toLocaleString('en')} milliseconds`;
      faults.push({ field: 'result.duration', detail: withValue(raw.result?.duration, rule) });
    }
    if (!learner || !course || !id || faults.length > 0) return { faults };
    if (event) return { id, learner, course, content: { ...event, time, duration } };
    return { id, learner, course, content: { session } };
  }

  /** Returns the id as a UUID. A statement without an id is identified by its content. */
  #idOf(id: string | undefined, document: Values, faults: LineFault[]): string | undefined {
    if (id !== undefined) return deriveId(id, this.#namespace);
    const content = toJson(document, faults, sortKeys);
    return content === '' ? undefined : deriveId(content, this.#namespace);
  }

  #eventOf(
    { object, result }: RawStatement,
    course: StatementCourse | undefined,
    faults: LineFault[],
  ): Pick<Event, 'moduleId' | 'score'> {
    const score = percentageOf(result?.score ?? {});
    if (typeof score === 'object' && score !== null) faults.push(score);
    return {
      moduleId: this.#moduleOf(object, course, faults),
      score: typeof score === 'number' ? score : null,
    };
  }

  #moduleOf(
    object: RawStatement['object'],
    course: StatementCourse | undefined,
    faults: LineFault[],
  ): string | null {
    if ((object?.objectType ?? 'Activity') !== 'Activity') return null;
    const id = object?.id?.trim() ?? '';
    if (id === '')
      faults.push({ field: 'object.id', detail: 'is required and must be the id of an activity' });
    if (id === '' || id === course?.text || id === course?.courseId) return null;
    return isModuleId(id) ? id : deriveId(id, this.#namespace);
  }
}

const NO_COURSE: LineFault = {
  field: 'context.contextActivities',
  detail: 'has no activity with the type of a course; add --course ID to name the course of such statements',
};

function timeOf(timestamp: unknown, faults: LineFault[]): number {
  try {
    return toMilliseconds('timestamp', timestamp);
  } catch (error) {
    if (!(error instanceof StatsError)) throw error;
    faults.push(...faultsOf(error));
    return 0;
  }
}

function durationOf(text: string | undefined, faults: LineFault[]): number | null {
  if (text === undefined) return null;
  const duration = parseIsoDuration(text);
  if (duration !== undefined) return duration;
  const rule = 'must be an ISO 8601 duration without months and years, such as PT25M';
  faults.push({ field: 'result.duration', detail: withValue(text, rule) });
  return null;
}

function sessionContentOf({ result, timestamp }: RawStatement): Values {
  const extensions = result?.extensions ?? {};
  return {
    totalModulesStudied: extensions[MODULE_COUNT],
    averageScore: result?.score?.raw ?? result?.score?.scaled ?? null,
    completedAt: timestamp,
    ...(extensions[MODULE_IDS] !== undefined && { moduleIds: extensions[MODULE_IDS] }),
  };
}

/** Returns an empty text for a value that is nested too deeply to be serialized. */
function toJson(value: Values, faults: LineFault[], replacer?: typeof sortKeys): string {
  try {
    return JSON.stringify(value, replacer);
  } catch {
    faults.push({ detail: 'is nested too deeply' });
    return '';
  }
}

/** Equal documents have equal texts, in whatever order their keys are. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
