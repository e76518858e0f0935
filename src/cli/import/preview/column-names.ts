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
    'module',
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
  sessionId: ['sessionid', 'session', 'attemptid', 'entryid', 'recordid', 'id'],
};

/** The names of a second column for `completedAt`. */
export const TIME_OF_DAY_NAMES = ['endtime', 'completiontime', 'time', 'timeofday', 'uhrzeit'];

/** Units in the names of columns. */
export const UNITS: readonly (readonly [name: RegExp, unit: TimeUnit])[] = [
  [/\bms\b|millis/i, 'ms'],
  [/sec|\(s\)|_s$/i, 's'],
  [/min/i, 'min'],
  [/hour|hrs|\(h\)|stunden/i, 'h'],
];

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
