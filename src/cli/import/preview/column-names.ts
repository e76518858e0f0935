import type { SessionField } from '../../session-fields.js';
import type { TimeUnit } from '../readers/cells.js';

/** The names of columns that usually have a field, as {@link normalize} returns them, the best first. */
export const NAMES: Readonly<Record<SessionField, readonly string[]>> = {
  userId: [
    'userid',
    'learnerid',
    'studentid',
    'participantid',
    'memberid',
    'sisuserid',
    'sisid',
    'sisloginid',
    'useremail',
    'emailaddress',
    'email',
    'username',
    'login',
    'user',
    'learner',
    'student',
    'participant',
    'benutzer',
    'teilnehmer',
    'id',
    'name',
  ],
  courseId: [
    'courseid',
    'channelid',
    'course',
    'coursename',
    'coursetitle',
    'courseshortname',
    'channelname',
    'channel',
    'class',
    'subject',
    'project',
    'kurs',
  ],
  completedAt: [
    'completedat',
    'completionstamp',
    'completiontimestamp',
    'completiontime',
    'completed',
    'completedon',
    'finishedat',
    'finished',
    'endtimestamp',
    'enddate',
    'end',
    'submitted',
    'submittedat',
    'timestamp',
    'date',
    'datetime',
    'datum',
    'time',
  ],
  timeStudied: [
    'timestudied',
    'timespent',
    'timetaken',
    'duration',
    'studytime',
    'time',
    'minutes',
    'seconds',
    'hours',
    'dauer',
    'zeit',
  ],
  averageScore: [
    'averagescore',
    'score',
    'grade',
    'averagegrade',
    'percentage',
    'percent',
    'result',
    'mark',
    'points',
    'punkte',
    'ergebnis',
  ],
  totalModulesStudied: [
    'totalmodulesstudied',
    'modulesstudied',
    'modulescompleted',
    'modules',
    'lessonscompleted',
    'lessons',
    'activitiescompleted',
    'activities',
    'units',
    'anzahlmodule',
    'lektionen',
  ],
  moduleIds: [
    'moduleids',
    'modules',
    'contentid',
    'contentids',
    'activities',
    'lessons',
    'module',
    'lesson',
    'activity',
  ],
  sessionId: ['sessionid', 'session', 'attemptid', 'entryid', 'recordid'],
};

/** The names of a second column for `completedAt`. */
export const TIME_OF_DAY_NAMES: readonly string[] = ['endtime', 'completiontime', 'timeofday', 'uhrzeit'];
/** The names of times of the day or of durations. */
export const TIME_NAMES: readonly string[] = ['time', 'zeit'];

/** The parts of a time. A file with two of them in columns needs a sum. */
export const PART_NAMES: readonly string[] = ['hours', 'minutes', 'seconds'];

/** The words for units in the names of columns. */
const UNIT_WORDS: Readonly<Record<TimeUnit, readonly string[]>> = {
  ms: ['ms', 'msec', 'millis', 'milliseconds'],
  s: ['s', 'sec', 'secs', 'seconds', 'sekunden'],
  min: ['min', 'mins', 'minutes', 'minuten'],
  h: ['h', 'hrs', 'hours', 'stunden'],
};
const UNITS = ['ms', 's', 'min', 'h'] as const;

/** Returns the unit in the name of a column, such as `Time spent (sec)`, `time_spent_s` or `timeInSeconds`. */
export function unitIn(name: string): TimeUnit | undefined {
  const words = name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
  return UNITS.find((unit) => words.some((word) => UNIT_WORDS[unit].includes(word)));
}

/** A maximum after a name, such as in `Grade/10.00`. */
const MAXIMUM = /\/(\d+(?:[.,]\d+)?)$/;

export function maximumIn(name: string): number | undefined {
  const text = MAXIMUM.exec(name)?.[1];
  return text === undefined ? undefined : Number(text.replace(',', '.'));
}

/** Returns the letters and digits of a name in lower case, without a unit such as `(sec)` and a maximum. */
export function normalize(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/\(.*?\)|\/[\d.,]+| in (seconds|minutes|hours)|[ _](ms|s|secs?|mins?|h)$/g, '')
    .replaceAll(/[^a-z0-9]/g, '');
}
