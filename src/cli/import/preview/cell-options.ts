import type { ImportOptions } from '../options.js';
import { SUSPICIOUS_TIME } from '../readers/cells.js';
import { encodingOf } from '../readers/encoding.js';
import { splitTime, type TimeParts } from '../readers/instants.js';
import { unitIn } from './column-names.js';
import { cellsIn, cellsOf, DECIMAL_COMMA, NUMBER, type Columns } from './columns.js';
import type { Table } from './sample.js';

export interface Proposal<Options = Partial<ImportOptions>> {
  readonly options: Options;
  /** Questions for the user. */
  readonly notes: readonly string[];
}

const NOTHING: Proposal = { options: {}, notes: [] };
/** Seconds. A longest time below could also be in minutes. */
const LONG_IN_MINUTES = 600;
const LAST_MONTH = 12;
/** A number with a thousands separator, or with three decimals. */
const THOUSANDS = /^[+-]?[1-9]\d{0,2},\d{3} ?%?$/;

/** Proposes how the cells of a CSV file are meant. */
export function proposeCellOptions(table: Table, columns: Columns, given: ImportOptions): Proposal {
  const encoding = table.encoding === encodingOf(table.bytes) ? {} : { encoding: table.encoding };
  const delimiter = ',;\t'.includes(table.delimiter) ? {} : { delimiter: table.delimiter };
  const times = cellsOf(table, columns, 'completedAt')
    .map(splitTime)
    .filter((parts) => parts !== undefined);
  const proposals = [
    proposeDecimalComma(table, columns, given),
    proposeTimeUnit(table, columns, given),
    proposeDateOrder(times, given),
    proposeTimeZone(times, given),
  ];
  return {
    options: Object.assign({ ...encoding, ...delimiter }, ...proposals.map(({ options }) => options)),
    notes: proposals.flatMap(({ notes }) => notes),
  };
}

function proposeDecimalComma(table: Table, columns: Columns, { decimalComma }: ImportOptions): Proposal {
  const cells = (['averageScore', 'totalModulesStudied', 'timeStudied'] as const)
    .flatMap((field) => cellsOf(table, columns, field))
    .filter((cell) => DECIMAL_COMMA.test(cell));
  const [example] = cells;
  if (example === undefined || decimalComma) return NOTHING;
  if (!cells.every((cell) => THOUSANDS.test(cell))) return { options: { decimalComma: true }, notes: [] };
  const note = `"${example}" has a thousands separator or a decimal comma; remove the separators from the file, or add --decimal-comma.`;
  return { options: {}, notes: [note] };
}

function proposeTimeUnit(table: Table, { fields }: Columns, { timeUnit }: ImportOptions): Proposal {
  const [column] = fields.get('timeStudied') ?? [];
  if (timeUnit !== undefined || column === undefined) return NOTHING;
  const numbers = cellsIn(table, column)
    .filter((cell) => NUMBER.test(cell))
    .map((cell) => Number(cell.replace(',', '.')))
    .filter((number) => number > 0)
    .toSorted((a, b) => a - b);
  const [median, longest] = [numbers[Math.floor(numbers.length / 2)], numbers.at(-1)];
  if (median === undefined || longest === undefined) return NOTHING;
  const name = table.columns[column] ?? '';
  const named = unitIn(name);
  if (named) return { options: named === 'ms' ? {} : { timeUnit: named }, notes: [] };
  const isShort = median < SUSPICIOUS_TIME;
  // The field of an export is in milliseconds.
  if (name === 'timeStudied' && !isShort) return NOTHING;
  if (name === 'timeStudied' || !isShort) {
    const note = `"${name}" is read as milliseconds, such as ${median}; is that right, or is it --time-unit s, min or h?`;
    return { options: {}, notes: [note] };
  }
  const unit = longest > LONG_IN_MINUTES ? 's' : 'min';
  const note = `The longest time is ${longest}; is --time-unit ${unit} right?`;
  return { options: { timeUnit: unit }, notes: [note] };
}

function proposeDateOrder(times: readonly TimeParts[], { dateOrder }: ImportOptions): Proposal {
  const dates = times.filter(({ first }) => first !== undefined);
  if (dates.length === 0 || dateOrder !== undefined) return NOTHING;
  const isYearLast = dates.some(({ mark, year, first }) => {
    return mark === '.' || year?.length !== 2 || Number(first) <= LAST_MONTH;
  });
  if (!isYearLast) {
    const note =
      'The dates could begin with the year; write years with four digits, or add --date-order dmy if they begin with the day.';
    return { options: {}, notes: [note] };
  }
  const isDayFirst = dates.some(({ first, mark }) => Number(first) > LAST_MONTH || mark === '.');
  const isMonthFirst = dates.some(({ second }) => Number(second) > LAST_MONTH);
  if (isDayFirst && isMonthFirst) {
    const note = 'Some dates begin with the day and others with the month; correct them in the file.';
    return { options: {}, notes: [note] };
  }
  if (isDayFirst || isMonthFirst) return { options: { dateOrder: isDayFirst ? 'dmy' : 'mdy' }, notes: [] };
  const note = 'No date shows if the day or the month is first; add --date-order dmy or mdy.';
  return { options: {}, notes: [note] };
}

function proposeTimeZone(times: readonly TimeParts[], given: ImportOptions): Proposal {
  const isLocal = times.some(({ offset }) => offset === undefined);
  if (!isLocal || given.timeZone !== undefined) return NOTHING;
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const note = `completedAt has no UTC offset; is --time-zone ${timeZone}, the zone of this machine, right?`;
  return { options: { timeZone }, notes: [note] };
}
