/*
 * Proposes the options that read a table: which column is which field, and how its cells are meant.
 *
 * A proposal rests on the names of the columns and on all cells of the sample. What they do not decide, such as the
 * time zone, becomes a question for the user.
 */
import { isId } from '../../../core/index.js';
import { withValue } from '../../errors.js';
import { SESSION_FIELDS, type SessionField } from '../../session-fields.js';
import type { ImportOptions } from '../options.js';
import { CellParser } from '../readers/cells.js';
import { CellFault } from '../readers/entry.js';
import { parseDefault, parseMappings } from '../readers/fields.js';
import { proposeCellOptions, type Proposal } from './cell-options.js';
import { maximumIn, normalize, PART_NAMES } from './column-names.js';
import {
  ambiguousTimes,
  assignColumns,
  cellsIn,
  cellsOf,
  isReadable,
  NUMBER,
  similarColumns,
  type Columns,
} from './columns.js';
import type { Table } from './sample.js';

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

export function proposeOptions(table: Table, given: ImportOptions): Proposal<ImportOptions> {
  const columns = assignColumns(table, given);
  const cells: Proposal =
    table.format === 'csv' ? proposeCellOptions(table, columns, given) : { options: {}, notes: [] };
  const defaults = proposeDefaults(table, columns, given);
  const ids = (['userId', 'courseId', 'sessionId'] as const).flatMap((field) =>
    cellsOf(table, columns, field),
  );
  const options: ImportOptions = {
    ...given,
    ...cells.options,
    map: [...given.map, ...proposeMapping(table, columns, given)],
    default: [...given.default, ...defaults.options],
    createCourses: true,
    deriveIds: (given.deriveIds ?? false) || [...ids, ...defaultIds(given)].some((id) => !isId(id)),
  };
  const notes = [
    ...askForColumns(table, columns),
    ...askForMaximum(table, columns),
    ...cells.notes,
    ...defaults.notes,
  ];
  return { options, notes };
}

function adviceFor(field: SessionField): string {
  return `add --map COLUMN=${field} or --default ${field}=VALUE`;
}

function defaultIds(given: ImportOptions): string[] {
  return given.default.map(parseDefault).flatMap(([field, text]) => (field.endsWith('Id') ? [text] : []));
}

function proposeMapping(table: Table, columns: Columns, given: ImportOptions): string[] {
  const fields = new Map(
    Array.from(columns.fields).flatMap(([field, indexes]) => indexes.map((index) => [index, field] as const)),
  );
  const mapped = parseMappings(given.map);
  return table.columns.flatMap((name, index) => {
    const field = fields.get(index);
    const isPlain = field === name || ['createdAt', 'updatedAt'].includes(name);
    const isRepeated = table.columns.indexOf(name) < index;
    return isPlain || isRepeated || mapped.has(name) ? [] : [`${name}=${field ?? ''}`];
  });
}

/** Asks about columns whose names do not decide. */
function askForColumns(table: Table, columns: Columns): string[] {
  const nameOf = (column: number | undefined) => table.columns[column ?? -1] ?? '';
  const ids = (['userId', 'courseId'] as const).flatMap((field) => {
    const [column] = columns.fields.get(field) ?? [];
    const chosen = nameOf(column);
    const others = similarColumns(table, columns, field).map((other) => `"${nameOf(other)}"`);
    const isVague = ['id', 'name'].includes(normalize(chosen));
    if (column === undefined || chosen === field || (others.length === 0 && !isVague)) return [];
    const risk = normalize(chosen) === 'name' ? ' Learners of the same name would be one.' : '';
    const choice = others.length === 0 ? '' : ` It could also be ${others.join(', ')}.`;
    return [`Is "${chosen}" the ${field}?${risk}${choice}`];
  });
  const time = nameOf(columns.fields.get('timeStudied')?.[0]);
  const parts = Array.from(columns.free, nameOf).filter((name) => PART_NAMES.includes(normalize(name)));
  const ignored = PART_NAMES.includes(normalize(time)) ? parts : [];
  const clocks = ambiguousTimes(table, columns).map(nameOf);
  return [
    ...ids,
    ...ignored.map((name) => `"${name}" is ignored; is "${time}" the whole time?`),
    ...clocks.map(
      (name) =>
        `Is "${name}" a time of day or a duration? Add --map ${name}=completedAt or --map ${name}=timeStudied.`,
    ),
  ];
}

/** Scores are recorded as they are, so a score out of 10 would be compared with percentages. */
function askForMaximum(table: Table, columns: Columns): string[] {
  const [column] = columns.fields.get('averageScore') ?? [];
  if (column === undefined) return [];
  const name = table.columns[column] ?? '';
  const maximum = maximumIn(name);
  const cell = cellsIn(table, column).find((text) => NUMBER.test(text) && !text.endsWith('%'));
  if (!maximum || maximum === 100 || cell === undefined) return [];
  const percentage = Number(((Number(cell.replace(',', '.')) / maximum) * 100).toFixed(2));
  return [`"${name}" has the maximum ${maximum}; is ${cell} the score, not ${percentage}%?`];
}

function proposeDefaults(table: Table, columns: Columns, given: ImportOptions): Proposal<readonly string[]> {
  const defaults = new Set(given.default.map((text) => parseDefault(text)[0]));
  const missing = SESSION_FIELDS.filter((field) => !columns.fields.has(field) && !defaults.has(field));
  const options = missing.flatMap((field) => MISSING[field]?.options ?? []);
  const notes = missing.flatMap((field) => {
    if (field === 'completedAt' && given.completedAt !== undefined) return [];
    if (field === 'timeStudied' && ambiguousTimes(table, columns).length > 0) return [];
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
