/*
 * Proposes the options that read a file: which column is which field, and how its cells are meant.
 *
 * A proposal rests on the names of the columns and on all cells of the sample. What they do not decide, such as the
 * time zone, becomes a note for the user to check.
 */
import { isId } from '../../../core/index.js';
import { SESSION_FIELDS } from '../../export/format.js';
import { isMissingWord } from '../../module-ids.js';
import type { ImportOptions } from '../options.js';
import { CellParser, type DateOrder, type TimeUnit } from '../readers/cells.js';
import { parseDefault, parseMapping } from '../readers/fields.js';
import type { Sample } from './sample.js';

type Field = (typeof SESSION_FIELDS)[number];

export interface Proposal {
  readonly options: ImportOptions;
  /** What the user must check or complete. */
  readonly notes: readonly string[];
}

/** The names of columns that usually have a field, in lower case without spaces, the best first. */
const NAMES: Readonly<Record<Field, readonly string[]>> = {
  userId:
    'userid learnerid studentid participantid memberid sisuserid sisid sisloginid useremail emailaddress email username login user learner student participant benutzer teilnehmer name'.split(
      ' ',
    ),
  courseId:
    'courseid channelid course coursename coursetitle courseshortname channelname channel class subject project kurs'.split(
      ' ',
    ),
  completedAt:
    'completedat completionstamp completiontimestamp completiontime completed completedon finishedat finished endtimestamp enddate end submitted submittedat timestamp date datetime datum time'.split(
      ' ',
    ),
  timeStudied:
    'timestudied timespent timetaken duration studytime time minutes seconds hours dauer zeit'.split(' '),
  averageScore:
    'averagescore score grade averagegrade percentage percent result mark points punkte ergebnis'.split(' '),
  totalModulesStudied:
    'totalmodulesstudied modulesstudied modulescompleted modules lessonscompleted lessons activitiescompleted activities units module lektionen'.split(
      ' ',
    ),
  moduleIds: 'moduleids modules contentid contentids activities lessons module lesson activity'.split(' '),
  sessionId: 'sessionid session attemptid entryid recordid id'.split(' '),
};
/** A second column for `completedAt`. */
const TIME_OF_DAY_NAMES = 'endtime completiontime time timeofday uhrzeit'.split(' ');

const UNITS: readonly (readonly [name: RegExp, unit: TimeUnit])[] = [
  [/\bms\b|millis/i, 'ms'],
  [/sec|\(s\)|_s$/i, 's'],
  [/min/i, 'min'],
  [/hour|hrs|\(h\)|stunden/i, 'h'],
];
/** Milliseconds. A longest time below is more likely in seconds. */
const SUSPICIOUS_TIME = 20_000;
/** Seconds. A longest time below could also be in minutes. */
const LONG_IN_MINUTES = 600;

const DAY_OR_MONTH_FIRST = /^(\d\d?)([-/.])(\d\d?)[-/.]\d{2,4}\b/;
const HAS_DATE = /^(\d{4}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.]\d{2,4})\b/;
const HAS_OFFSET = /(z|utc|gmt|[+-]\d\d:?(\d\d)?)$/i;
const TIME_OF_DAY = /^\d\d?:\d\d(:\d\d)?( ?[ap]m)?$/i;
const NUMBER = /^[+-]?\d+([.,]\d+)? ?%?$/;
const DECIMAL_COMMA = /^[+-]?\d+,\d+ ?%?$/;

export function proposeOptions(sample: Sample, given: ImportOptions): Proposal {
  if (sample.format === 'xapi') {
    return { options: { ...given, format: 'xapi', createCourses: true }, notes: [] };
  }
  const columns = assignColumns(sample, given);
  const cellsOf = (field: Field) => (columns.get(field) ?? []).flatMap((column) => cellsIn(sample, column));
  const used = new Set(Array.from(columns.values()).flat());
  const map = sample.columns.flatMap((name, index) => {
    const field = Array.from(columns).find(([, indexes]) => indexes.includes(index))?.[0];
    const isPlain = field === name || ['createdAt', 'updatedAt'].includes(name);
    return given.map.some((text) => parseMapping(text)[0] === name) || isPlain
      ? []
      : [`${name}=${used.has(index) ? field : ''}`];
  });
  const ids = [...cellsOf('userId'), ...cellsOf('courseId'), ...cellsOf('sessionId'), ...defaultIds(given)];
  const notes = describeChoices(sample, columns);
  const options: ImportOptions = {
    ...given,
    ...(sample.format === 'csv' && proposeCells(sample, columns, given, notes)),
    map: [...given.map, ...map],
    default: [...given.default, ...proposeDefaults(columns, given, notes)],
    createCourses: true,
    deriveIds: (given.deriveIds ?? false) || ids.some((id) => !isId(id)),
  };
  return { options, notes };
}

function cellsIn(sample: Sample, column: number): string[] {
  return sample.rows.map((row) => row[column] ?? '').filter((cell) => cell !== '' && !isMissingWord(cell));
}

function defaultIds(given: ImportOptions): string[] {
  return given.default.map(parseDefault).flatMap(([field, text]) => (field.endsWith('Id') ? [text] : []));
}

/** Returns the columns of each field. */
function assignColumns(sample: Sample, given: ImportOptions): Map<Field, number[]> {
  const assigned = new Map<Field, number[]>();
  const free = new Set(sample.columns.keys());
  const assign = (field: Field, column: number) => {
    assigned.set(field, [...(assigned.get(field) ?? []), column]);
    free.delete(column);
  };
  const mapping = new Map(given.map.map(parseMapping));
  for (const [column, name] of sample.columns.entries()) {
    const mapped = mapping.get(name) ?? name;
    const field = SESSION_FIELDS.find((known) => known === mapped);
    if (field) assign(field, column);
    else if (mapping.has(name)) free.delete(column);
  }
  const normalized = sample.columns.map(normalize);
  const find = (names: readonly string[], accepts: (cells: readonly string[]) => boolean) => {
    const columns = names.flatMap((name) => Array.from(free).filter((column) => normalized[column] === name));
    return columns.find((column) => accepts(cellsIn(sample, column)));
  };
  for (const field of Object.keys(NAMES).filter(isField)) {
    if (assigned.has(field)) continue;
    const column = find(NAMES[field], (cells) => cells.length > 0 && looksLike(field, cells));
    if (column !== undefined) assign(field, column);
  }
  const [date] = assigned.get('completedAt') ?? [];
  if (date !== undefined && cellsIn(sample, date).every((cell) => !cell.includes(':'))) {
    const time = find(
      TIME_OF_DAY_NAMES,
      (cells) => cells.length > 0 && cells.every((cell) => TIME_OF_DAY.test(cell)),
    );
    if (time !== undefined) assign('completedAt', time);
  }
  return assigned;
}

/** Names the columns that could also be the id of a learner or course. */
function describeChoices(
  { columns: names }: Sample,
  columns: ReadonlyMap<Field, readonly number[]>,
): string[] {
  const used = new Set(Array.from(columns.values()).flat());
  return (['userId', 'courseId'] as const).flatMap((field) => {
    const chosen = names[columns.get(field)?.[0] ?? -1];
    const others = names.filter((name, index) => !used.has(index) && NAMES[field].includes(normalize(name)));
    if (chosen === undefined || chosen === field || others.length === 0) return [];
    const list = others.map((name) => `"${name}"`).join(', ');
    return [`Is "${chosen}" the ${field}? It could also be ${list}.`];
  });
}

function isField(name: string): name is Field {
  return SESSION_FIELDS.some((field) => field === name);
}

/** Removes units and maxima, such as in `Time spent (sec)` and `Grade/10.00`. */
function normalize(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/\(.*?\)|\/[\d.,]+| in (seconds|minutes|hours)|[ _](ms|s|secs?|mins?|h)$/g, '')
    .replaceAll(/[^a-z0-9]/g, '');
}

function looksLike(field: Field, cells: readonly string[]): boolean {
  const parser = new CellParser({ timeUnit: 's' });
  switch (field) {
    case 'totalModulesStudied':
      return cells.every((cell) => NUMBER.test(cell));
    case 'averageScore':
      return cells.some((cell) => NUMBER.test(cell));
    case 'timeStudied':
      return cells.some((cell) => DECIMAL_COMMA.test(cell) || typeof parser.parse(field, cell) === 'number');
    case 'completedAt':
      return cells.some((cell) => HAS_DATE.test(cell));
    case 'moduleIds':
      return cells.some((cell) => !NUMBER.test(cell));
    case 'sessionId':
      return new Set(cells).size === cells.length && cells.length > 1;
    default:
      return true;
  }
}

function proposeCells(
  sample: Sample,
  columns: ReadonlyMap<Field, readonly number[]>,
  given: ImportOptions,
  notes: string[],
): Partial<ImportOptions> {
  const cellsOf = (field: Field) => (columns.get(field) ?? []).flatMap((column) => cellsIn(sample, column));
  const numbers = [...cellsOf('averageScore'), ...cellsOf('totalModulesStudied'), ...cellsOf('timeStudied')];
  const decimalComma = numbers.some((cell) => DECIMAL_COMMA.test(cell));
  const isMarked =
    sample.encoding.startsWith('utf-16') && sample.bytes[0] !== 0 && (sample.bytes[0] ?? 0) > 0x7f;
  const isGuessed = ',;\t'.includes(sample.delimiter);
  return {
    ...(sample.encoding !== 'utf-8' && !isMarked && { encoding: sample.encoding }),
    ...(!isGuessed && { delimiter: sample.delimiter }),
    ...(decimalComma && { decimalComma }),
    ...proposeTimeUnit(sample, columns, given, notes),
    ...proposeDates(cellsOf('completedAt'), given, notes),
  };
}

function proposeTimeUnit(
  sample: Sample,
  columns: ReadonlyMap<Field, readonly number[]>,
  { timeUnit }: ImportOptions,
  notes: string[],
): Partial<ImportOptions> {
  const [column] = columns.get('timeStudied') ?? [];
  if (timeUnit !== undefined || column === undefined) return {};
  const plain = cellsIn(sample, column)
    .filter((cell) => NUMBER.test(cell))
    .map((cell) => Number(cell.replace(',', '.')));
  if (plain.length === 0) return {};
  const named = UNITS.find(([name]) => name.test(sample.columns[column] ?? ''))?.[1];
  if (named) return named === 'ms' ? {} : { timeUnit: named };
  const longest = Math.max(...plain);
  if (longest >= SUSPICIOUS_TIME) return {};
  const unit = longest > LONG_IN_MINUTES ? 's' : 'min';
  notes.push(`The longest time is ${longest}; is --time-unit ${unit} right?`);
  return { timeUnit: unit };
}

function proposeDates(
  cells: readonly string[],
  given: ImportOptions,
  notes: string[],
): Partial<ImportOptions> {
  const options: { dateOrder?: DateOrder; timeZone?: string } = {};
  const dates = cells.flatMap((cell) => {
    const match = DAY_OR_MONTH_FIRST.exec(cell);
    return match ? [{ first: Number(match[1]), mark: match[2], second: Number(match[3]) }] : [];
  });
  if (dates.length > 0 && given.dateOrder === undefined) {
    const isDayFirst = dates.some(({ first, mark }) => first > 12 || mark === '.');
    if (isDayFirst) options.dateOrder = 'dmy';
    else if (dates.some(({ second }) => second > 12)) options.dateOrder = 'mdy';
    else notes.push('No date shows if the day or the month is first; add --date-order dmy or mdy.');
  }
  const isLocal = cells.some((cell) => HAS_DATE.test(cell) && !HAS_OFFSET.test(cell.replace(HAS_DATE, '')));
  if (isLocal && given.timeZone === undefined) {
    options.timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    notes.push(
      `completedAt has no UTC offset; is --time-zone ${options.timeZone}, the zone of this machine, right?`,
    );
  }
  return options;
}

function proposeDefaults(
  columns: ReadonlyMap<Field, readonly number[]>,
  given: ImportOptions,
  notes: string[],
): string[] {
  const has = (field: Field) =>
    columns.has(field) || given.default.some((text) => parseDefault(text)[0] === field);
  const defaults: string[] = [];
  if (!has('totalModulesStudied')) {
    defaults.push('totalModulesStudied=1');
    notes.push('No column has the number of modules; is 1 for each session right?');
  }
  if (!has('averageScore')) defaults.push('averageScore=');
  for (const field of ['userId', 'courseId', 'timeStudied'] as const) {
    if (!has(field))
      notes.push(`No column is ${field}; add --map COLUMN=${field} or --default ${field}=VALUE.`);
  }
  if (!has('completedAt') && given.completedAt === undefined) {
    notes.push('No column is completedAt; add --map COLUMN=completedAt or --completed-at TIME.');
  }
  return defaults;
}
