/*
 * Proposes the options that read a table: which column is which field, and how its cells are meant.
 *
 * A proposal rests on the names of the columns and on all cells of the sample. What they do not decide, such as the
 * time zone, becomes a question for the user.
 */
import { isId } from '../../../core/index.js';
import { withValue } from '../../errors.js';
import { isMissingWord } from '../../missing-words.js';
import { isSessionField, SESSION_FIELDS, type SessionField } from '../../session-fields.js';
import type { ImportOptions } from '../options.js';
import { CellParser, SUSPICIOUS_TIME } from '../readers/cells.js';
import { encodingOf } from '../readers/encoding.js';
import { CellFault } from '../readers/entry.js';
import { parseDefault, parseMappings } from '../readers/fields.js';
import { splitTime, type TimeParts } from '../readers/instants.js';
import { maximumIn, NAMES, normalize, TIME_OF_DAY_NAMES, UNITS } from './column-names.js';
import type { Table } from './sample.js';

export interface Proposal<Options = Partial<ImportOptions>> {
  readonly options: Options;
  /** Questions for the user. */
  readonly notes: readonly string[];
}

type Columns = ReadonlyMap<SessionField, readonly number[]>;

/** The default of a field without a column, and the question about it. */
const MISSING: Readonly<Partial<Record<SessionField, Proposal<readonly string[]>>>> = {
  userId: { options: [], notes: [`No column is userId; ${adviceFor('userId')}.`] },
  courseId: { options: [], notes: [`No column is courseId; ${adviceFor('courseId')}.`] },
  totalModulesStudied: {
    options: ['totalModulesStudied=1'],
    notes: ['No column has the number of modules; is 1 for each session right?'],
  },
  averageScore: { options: ['averageScore='], notes: [] },
  timeStudied: { options: [], notes: [`No column is timeStudied; ${adviceFor('timeStudied')}.`] },
  completedAt: {
    options: [],
    notes: ['No column is completedAt; add --map COLUMN=completedAt or --completed-at TIME.'],
  },
};

/** Seconds. A longest time below could also be in minutes. */
const LONG_IN_MINUTES = 600;

const TIME_OF_DAY = /^\d\d?:\d\d(:\d\d)?( ?[ap]m)?$/i;
const NUMBER = /^[+-]?\d+([.,]\d+)? ?%?$/;
const DECIMAL_COMMA = /^[+-]?\d+,\d+ ?%?$/;

export function proposeOptions(table: Table, given: ImportOptions): Proposal<ImportOptions> {
  const columns = assignColumns(table, given);
  const times = proposeTimeUnit(table, columns, given);
  const dates = proposeDates(cellsOf(table, columns, 'completedAt'), given);
  const defaults = proposeDefaults(table, columns, given);
  const ids = (['userId', 'courseId', 'sessionId'] as const).flatMap((field) =>
    cellsOf(table, columns, field),
  );
  const options: ImportOptions = {
    ...given,
    ...(table.format === 'csv' && {
      ...proposeReading(table, columns),
      ...times.options,
      ...dates.options,
    }),
    map: [...given.map, ...proposeMapping(table, columns, given)],
    default: [...given.default, ...defaults.options],
    createCourses: true,
    deriveIds: (given.deriveIds ?? false) || [...ids, ...defaultIds(given)].some((id) => !isId(id)),
  };
  const notes = [
    ...askForColumns(table, columns),
    ...askForMaximum(table, columns),
    ...(table.format === 'csv' ? [...times.notes, ...dates.notes] : []),
    ...defaults.notes,
  ];
  return { options, notes };
}

function adviceFor(field: SessionField): string {
  return `add --map COLUMN=${field} or --default ${field}=VALUE`;
}

function cellsIn({ rows }: Table, column: number): string[] {
  return rows.map((row) => row[column] ?? '').filter((cell) => cell !== '' && !isMissingWord(cell));
}

function cellsOf(table: Table, columns: Columns, field: SessionField): string[] {
  return (columns.get(field) ?? []).flatMap((column) => cellsIn(table, column));
}

function defaultIds(given: ImportOptions): string[] {
  return given.default.map(parseDefault).flatMap(([field, text]) => (field.endsWith('Id') ? [text] : []));
}

function assignColumns(table: Table, given: ImportOptions): Columns {
  const assigned = new Map<SessionField, number[]>();
  const free = new Set(table.columns.keys());
  const assign = (field: SessionField, column: number) => {
    assigned.set(field, [...(assigned.get(field) ?? []), column]);
    free.delete(column);
  };
  const mapping = parseMappings(given.map);
  for (const [column, name] of table.columns.entries()) {
    const mapped = mapping.get(name) ?? name;
    if (isSessionField(mapped)) assign(mapped, column);
    else if (mapping.has(name)) free.delete(column);
  }
  const normalized = table.columns.map(normalize);
  const find = (names: readonly string[], accepts: (cells: readonly string[]) => boolean) => {
    const columns = names.flatMap((name) => Array.from(free).filter((column) => normalized[column] === name));
    return columns.find((column) => {
      const cells = cellsIn(table, column);
      return cells.length > 0 && accepts(cells);
    });
  };
  for (const field of Object.keys(NAMES).filter(isSessionField)) {
    if (assigned.has(field)) continue;
    const column = find(NAMES[field], (cells) => looksLike(field, cells));
    if (column !== undefined) assign(field, column);
  }
  const [date] = assigned.get('completedAt') ?? [];
  if (date !== undefined && cellsIn(table, date).every((cell) => !cell.includes(':'))) {
    const time = find(TIME_OF_DAY_NAMES, (cells) => cells.every((cell) => TIME_OF_DAY.test(cell)));
    if (time !== undefined) assign('completedAt', time);
  }
  return assigned;
}

function looksLike(field: SessionField, cells: readonly string[]): boolean {
  switch (field) {
    case 'totalModulesStudied':
      return cells.every((cell) => isReadable(field, cell));
    case 'averageScore':
    case 'timeStudied':
    case 'completedAt':
      return cells.some((cell) => isReadable(field, cell));
    case 'moduleIds':
      return cells.some((cell) => !NUMBER.test(cell));
    case 'sessionId':
      return new Set(cells).size === cells.length && cells.length > 1;
    default:
      return true;
  }
}

/** Returns true for a cell that can be read as the field with the right options. */
function isReadable(field: SessionField, cell: string): boolean {
  switch (field) {
    case 'completedAt':
      return splitTime(cell) !== undefined;
    case 'timeStudied':
      return (
        DECIMAL_COMMA.test(cell) || typeof new CellParser({ timeUnit: 's' }).parse(field, cell) === 'number'
      );
    case 'averageScore':
    case 'totalModulesStudied':
      return NUMBER.test(cell);
    default:
      return true;
  }
}

/** Returns the columns without a field whose names are usual for one. */
function similarColumns(table: Table, columns: Columns, field: SessionField): number[] {
  const used = new Set(Array.from(columns.values()).flat());
  return Array.from(table.columns.keys()).filter(
    (column) => !used.has(column) && NAMES[field].includes(normalize(table.columns[column] ?? '')),
  );
}

function proposeMapping(table: Table, columns: Columns, given: ImportOptions): string[] {
  const fields = new Map(
    Array.from(columns).flatMap(([field, indexes]) => indexes.map((index) => [index, field] as const)),
  );
  const mapped = parseMappings(given.map);
  return table.columns.flatMap((name, index) => {
    const field = fields.get(index);
    const isPlain = field === name || ['createdAt', 'updatedAt'].includes(name);
    return isPlain || mapped.has(name) ? [] : [`${name}=${field ?? ''}`];
  });
}

/** Names the columns that could also be the id of a learner or course. */
function askForColumns(table: Table, columns: Columns): string[] {
  return (['userId', 'courseId'] as const).flatMap((field) => {
    const chosen = table.columns[columns.get(field)?.[0] ?? -1];
    const others = similarColumns(table, columns, field);
    if (chosen === undefined || chosen === field || others.length === 0) return [];
    const list = others.map((column) => `"${table.columns[column]}"`).join(', ');
    return [`Is "${chosen}" the ${field}? It could also be ${list}.`];
  });
}

/** Scores are recorded as they are, so a score out of 10 would be compared with percentages. */
function askForMaximum(table: Table, columns: Columns): string[] {
  const [column] = columns.get('averageScore') ?? [];
  if (column === undefined) return [];
  const name = table.columns[column] ?? '';
  const maximum = maximumIn(name);
  const cell = cellsIn(table, column).find((text) => NUMBER.test(text) && !text.endsWith('%'));
  if (!maximum || maximum === 100 || cell === undefined) return [];
  const percentage = Number(((Number(cell.replace(',', '.')) / maximum) * 100).toFixed(2));
  return [`"${name}" has the maximum ${maximum}; is ${cell} the score, not ${percentage}%?`];
}

function proposeReading(table: Table, columns: Columns): Partial<ImportOptions> {
  const numbers = (['averageScore', 'totalModulesStudied', 'timeStudied'] as const).flatMap((field) =>
    cellsOf(table, columns, field),
  );
  return {
    ...(table.encoding !== encodingOf(table.bytes) && { encoding: table.encoding }),
    ...(!',;\t'.includes(table.delimiter) && { delimiter: table.delimiter }),
    ...(numbers.some((cell) => DECIMAL_COMMA.test(cell)) && { decimalComma: true }),
  };
}

function proposeTimeUnit(table: Table, columns: Columns, { timeUnit }: ImportOptions): Proposal {
  const nothing = { options: {}, notes: [] };
  const [column] = columns.get('timeStudied') ?? [];
  if (timeUnit !== undefined || column === undefined) return nothing;
  const plain = cellsIn(table, column)
    .filter((cell) => NUMBER.test(cell))
    .map((cell) => Number(cell.replace(',', '.')));
  if (plain.length === 0) return nothing;
  const named = UNITS.find(([name]) => name.test(table.columns[column] ?? ''))?.[1];
  if (named) return { options: named === 'ms' ? {} : { timeUnit: named }, notes: [] };
  const longest = Math.max(...plain);
  if (longest >= SUSPICIOUS_TIME) return nothing;
  const unit = longest > LONG_IN_MINUTES ? 's' : 'min';
  return {
    options: { timeUnit: unit },
    notes: [`The longest time is ${longest}; is --time-unit ${unit} right?`],
  };
}

function proposeDates(cells: readonly string[], given: ImportOptions): Proposal {
  const times = cells.map(splitTime).filter((parts) => parts !== undefined);
  const order = proposeDateOrder(
    times.filter(({ first }) => first !== undefined),
    given,
  );
  const isLocal = times.some(({ offset }) => offset === undefined);
  if (!isLocal || given.timeZone !== undefined) return order;
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const note = `completedAt has no UTC offset; is --time-zone ${timeZone}, the zone of this machine, right?`;
  return { options: { ...order.options, timeZone }, notes: [...order.notes, note] };
}

function proposeDateOrder(dates: readonly TimeParts[], { dateOrder }: ImportOptions): Proposal {
  if (dates.length === 0 || dateOrder !== undefined) return { options: {}, notes: [] };
  if (dates.some(({ first, mark }) => Number(first) > 12 || mark === '.')) {
    return { options: { dateOrder: 'dmy' }, notes: [] };
  }
  if (dates.some(({ second }) => Number(second) > 12)) return { options: { dateOrder: 'mdy' }, notes: [] };
  const note = 'No date shows if the day or the month is first; add --date-order dmy or mdy.';
  return { options: {}, notes: [note] };
}

function proposeDefaults(table: Table, columns: Columns, given: ImportOptions): Proposal<readonly string[]> {
  const defaults = new Set(given.default.map((text) => parseDefault(text)[0]));
  const missing = SESSION_FIELDS.filter((field) => !columns.has(field) && !defaults.has(field));
  const options = missing.flatMap((field) => MISSING[field]?.options ?? []);
  const notes = missing.flatMap((field) => {
    if (field === 'completedAt' && given.completedAt !== undefined) return [];
    return describeUnreadable(table, columns, field) ?? MISSING[field]?.notes ?? [];
  });
  return { options, notes };
}

/** Names the column that the field probably has, and a value that cannot be read as this field. */
function describeUnreadable(table: Table, columns: Columns, field: SessionField): string[] | undefined {
  for (const column of similarColumns(table, columns, field)) {
    const cell = cellsIn(table, column).find((text) => !isReadable(field, text));
    if (cell === undefined) continue;
    const value = new CellParser().parse(field, cell);
    const rule = field === 'timeStudied' ? 'must be a duration such as 25m' : 'must be a number';
    const detail = value instanceof CellFault ? value.detail : withValue(cell, rule);
    return [`"${table.columns[column]}" looks like ${field}, but a value ${detail}.`];
  }
  return undefined;
}
