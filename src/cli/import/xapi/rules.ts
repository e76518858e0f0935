import { COURSE_TYPES } from './course.js';

/** Milliseconds. */
export const DEFAULT_GAP = 1_800_000;

/** The rules by which `import --format xapi` reads statements. `--explain` prints them, and docs/import.md has them. */
export const RULES: Readonly<Record<string, string>> = {
  Learner:
    '`actor.account.name`, else the address of `mbox`, else `mbox_sha1sum`, else `openid`. A UUID is the `userId`; the `userId` of any other text is derived from it in the id namespace, as `--derive-ids` does. If an account name that is not a UUID has two home pages in the file, its sessions are rejected. Statements of groups and anonymous actors are rejected.',
  Course: `the first activity of \`context.contextActivities\` \`parent\`, \`grouping\`, \`category\` whose type is a course (${COURSE_TYPES.map((type) => `\`${type}\``).join(', ')}); else \`--course\`; else the first \`grouping\` whose id ends in a UUID; else the object, if its type is a course. The \`courseId\` of an id that is not a UUID is derived from it. \`--create-courses\` names a new course by the definition of the activity, in English if possible, or by its id.`,
  Session:
    'the statements of one learner in one course with at most `--gap` (default 30m) between one and the next. Its `sessionId` is derived from learner, course and the id of the first statement.',
  Modules:
    'the distinct activities (`object.id`) other than the course. `totalModulesStudied` is their number. An id that breaks the rule of `moduleIds` is replaced by the UUID that is derived from it. An object that is an agent, a group, a statement or a reference to one is not a module.',
  Score:
    'the mean of the scores in percent: `scaled` × 100; else (`raw` − `min`) / (`max` − `min`) × 100 if there is a `max`; else `raw`. A score whose `max` is not above its `min` does not count. A statement is rejected if its `scaled` is not from 0 to 1, or its `raw` not from `min` to `max`. Without scores, `averageScore` is null.',
  Time: 'the time from the first to the last statement, or the longest `result.duration` if that is longer. A duration must be in ISO 8601, without years and months, and at most 1,000,000,000 ms. `completedAt` is the `timestamp` of the last statement; digits after the millisecond are dropped.',
  Verbs:
    'all count, unless `--verb` names those that do, each by its IRI or the last part of it. Statements of other verbs are ignored.',
  'Repeated and voided statements':
    'a statement id that repeats counts once, as the first in the file. A statement without id is identified by its content. A voided statement does not count, wherever it is in the file, nor does the statement that voids it.',
  'Statements that are sessions':
    'a statement with `result.extensions["urn:stats-service:totalModulesStudied"]` is a session of its own: `id` is the `sessionId`, `result.score.raw`, or else `scaled`, the `averageScore`, `result.duration` the `timeStudied`, and `result.extensions["urn:stats-service:moduleIds"]` the `moduleIds`. Its course is the first `grouping` whose id ends in a UUID; else the typed course; else `--course`.',
};

/** Characters per line. */
const WIDTH = 100;

/** Formats the rules for a terminal. */
export function formatRules(): string {
  return Object.entries(RULES)
    .map(([name, rule]) => wrap(`${name}: ${rule.replaceAll('`', '')}`))
    .join('\n');
}

/** Breaks a text into lines and indents all but the first. */
export function wrap(text: string): string {
  let line = '';
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = `  ${word}`;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}
