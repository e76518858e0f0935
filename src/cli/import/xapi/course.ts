import { deriveId } from '../../../core/index.js';
import { BoundedCache } from '../../bounded-cache.js';
import type { OnId } from '../readers/fields.js';
import type { RawActivity, RawStatement } from './schema.js';

export interface StatementCourse {
  readonly courseId: string;
  /** The id in the file, or of `--course`. */
  readonly text: string;
  /** From the definition of the activity. */
  readonly name: string | undefined;
}

/** The types of courses of ADL, cmi5 and TinCan. */
export const COURSE_TYPES: readonly string[] = [
  'http://adlnet.gov/expapi/activities/course',
  'https://w3id.org/xapi/cmi5/activitytype/course',
  'http://id.tincanapi.com/activitytype/lms/course',
];

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Courses in the cache. */
const MAX_CACHED = 1_000;

interface CoursesOptions {
  readonly namespace: string;
  /** The course of statements that name none. */
  readonly fallback: string | undefined;
  readonly onId: OnId | undefined;
}

/** Finds the courses of statements, by the order of the rules. */
export class StatementCourses {
  readonly #namespace: string;
  readonly #fallback: StatementCourse | undefined;
  readonly #onId: OnId | undefined;
  readonly #ids = new BoundedCache<string, string>(MAX_CACHED);

  constructor({ namespace, fallback, onId }: CoursesOptions) {
    this.#namespace = namespace;
    this.#onId = onId;
    this.#fallback = fallback === undefined ? undefined : this.#course(fallback, undefined);
  }

  ofEvent({ context, object }: RawStatement): StatementCourse | undefined {
    return (
      this.#typed(context) ??
      this.#fallback ??
      this.#ofUuid(context) ??
      this.#ifTyped({ id: object?.id ?? '', definition: object?.definition })
    );
  }

  /** A statement with the extension of this service names its course in the grouping. */
  ofSession({ context }: RawStatement): StatementCourse | undefined {
    return this.#ofUuid(context) ?? this.#typed(context) ?? this.#fallback;
  }

  #typed(context: RawStatement['context']): StatementCourse | undefined {
    const { parent, grouping, category } = context?.contextActivities ?? {};
    for (const activities of [parent, grouping, category]) {
      for (const activity of listOf(activities)) {
        const course = this.#ifTyped(activity);
        if (course) return course;
      }
    }
    return undefined;
  }

  #ifTyped({ id, definition }: RawActivity): StatementCourse | undefined {
    const { type, name } = partsOf(definition);
    const isCourse = typeof type === 'string' && COURSE_TYPES.includes(type) && id.trim() !== '';
    return isCourse ? this.#course(id, nameOf(name)) : undefined;
  }

  /** The first grouping whose id ends in a UUID. */
  #ofUuid(context: RawStatement['context']): StatementCourse | undefined {
    for (const { id, definition } of listOf(context?.contextActivities?.grouping)) {
      const uuid = UUID.exec(id)?.[0];
      if (uuid !== undefined) {
        return { courseId: uuid.toLowerCase(), text: id, name: nameOf(partsOf(definition).name) };
      }
    }
    return undefined;
  }

  #course(id: string, name: string | undefined): StatementCourse {
    const text = id.trim();
    const courseId = this.#ids.getOrAdd(text, () => {
      const derived = deriveId(text, this.#namespace);
      this.#onId?.('course', text, derived);
      return derived;
    });
    return { courseId, text, name };
  }
}

function listOf(activities: RawActivity | readonly RawActivity[] | null | undefined): readonly RawActivity[] {
  return activities ? [activities].flat() : [];
}

/** Anything may be in a definition; only a course of the right shape has a type and a name. */
function partsOf(definition: unknown): { type?: unknown; name?: unknown } {
  return typeof definition === 'object' && definition !== null ? definition : {};
}

/** Returns the English name if there is one, else the first. */
function nameOf(names: unknown): string | undefined {
  if (typeof names !== 'object' || names === null) return undefined;
  const entries = Object.entries(names).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].trim() !== '',
  );
  const find = (language: RegExp) => entries.find(([tag]) => language.test(tag))?.[1];
  return (find(/^en$/i) ?? find(/^en-/i) ?? entries[0]?.[1])?.trim();
}
