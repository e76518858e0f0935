import { isMissingWord } from '../../missing-words.js';
import { isSessionField, type SessionField } from '../../session-fields.js';
import type { ImportOptions } from '../options.js';
import { CellParser } from '../readers/cells.js';
import { parseMappings } from '../readers/fields.js';
import { splitTime } from '../readers/instants.js';
import { NAMES, normalize, TIME_NAMES, TIME_OF_DAY_NAMES } from './column-names.js';
import type { Table } from './sample.js';

/** Which column is which field. Columns are indexes. */
export interface Columns {
  /** Only `completedAt` may have two: a date and a time of day. */
  readonly fields: ReadonlyMap<SessionField, readonly number[]>;
  /** The columns that have no field and that the user does not ignore. */
  readonly free: ReadonlySet<number>;
}

const TIME_OF_DAY = /^\d\d?:\d\d(:\d\d)?( ?[ap]m)?$/i;
export const NUMBER = /^[+-]?\d+([.,]\d+)? ?%?$/;
export const DECIMAL_COMMA = /^[+-]?\d+,\d+ ?%?$/;

/** Returns the cells that have values. */
export function cellsIn({ rows }: Table, column: number): string[] {
  return rows.map((row) => row[column] ?? '').filter((cell) => cell !== '' && !isMissingWord(cell));
}

export function cellsOf(table: Table, { fields }: Columns, field: SessionField): string[] {
  return (fields.get(field) ?? []).flatMap((column) => cellsIn(table, column));
}

export function assignColumns(table: Table, given: ImportOptions): Columns {
  const fields = new Map<SessionField, number[]>();
  const free = new Set(table.columns.keys());
  const assign = (field: SessionField, column: number) => {
    fields.set(field, [...(fields.get(field) ?? []), column]);
    free.delete(column);
  };
  const mapping = parseMappings(given.map);
  for (const [column, name] of table.columns.entries()) {
    const mapped = mapping.get(name) ?? name;
    if (isSessionField(mapped)) assign(mapped, column);
    else if (mapping.has(name)) free.delete(column);
  }
  const find = (names: readonly string[], accepts: (cells: readonly string[], column: number) => boolean) => {
    const columns = names.flatMap((name) =>
      Array.from(free).filter((column) => normalize(table.columns[column] ?? '') === name),
    );
    return columns.find((column) => {
      const cells = cellsIn(table, column);
      return cells.length > 0 && accepts(cells, column);
    });
  };
  for (const field of Object.keys(NAMES).filter(isSessionField)) {
    if (fields.has(field)) continue;
    const ambiguous = field === 'timeStudied' ? ambiguousTimes(table, { fields, free }) : [];
    const column = find(NAMES[field], (cells, each) => !ambiguous.includes(each) && looksLike(field, cells));
    if (column !== undefined) assign(field, column);
  }
  if (hasDateOnly(table, { fields, free })) {
    const names = fields.has('timeStudied') ? [...TIME_OF_DAY_NAMES, ...TIME_NAMES] : TIME_OF_DAY_NAMES;
    const time = find(names, (cells) => cells.every((cell) => TIME_OF_DAY.test(cell)));
    if (time !== undefined) assign('completedAt', time);
  }
  return { fields, free };
}

/** Returns the columns that have either times of the day, beside a date, or durations. */
export function ambiguousTimes(table: Table, columns: Columns): number[] {
  if (!hasDateOnly(table, columns)) return [];
  return Array.from(columns.free).filter((column) => {
    const cells = cellsIn(table, column);
    const isTime = TIME_NAMES.includes(normalize(table.columns[column] ?? ''));
    return isTime && cells.length > 0 && cells.every((cell) => /^\d\d?:\d\d(:\d\d)?$/.test(cell));
  });
}

/** Returns true if `completedAt` has one column, without times of the day. */
function hasDateOnly(table: Table, columns: Columns): boolean {
  const hasOne = columns.fields.get('completedAt')?.length === 1;
  return hasOne && cellsOf(table, columns, 'completedAt').every((cell) => !cell.includes(':'));
}

/** Returns the free columns whose names are usual for a field. */
export function similarColumns(table: Table, { free }: Columns, field: SessionField): number[] {
  return Array.from(free).filter((column) => NAMES[field].includes(normalize(table.columns[column] ?? '')));
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
export function isReadable(field: SessionField, cell: string): boolean {
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
