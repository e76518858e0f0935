import type { Fault, StatsError } from '../../../core/index.js';
import { withValue } from '../../errors.js';

/** The reason why a line is rejected. */
export interface LineFault {
  /** The name of the field; `undefined` if the fault concerns the whole line. */
  readonly field?: string | undefined;
  readonly rule: string;
}

/** The unvalidated values of a session or course, by field. */
export type Values = Readonly<Record<string, unknown>>;

export interface Position {
  /** The number of the line, document or row, from 1. */
  readonly line: number;
  /** The position in messages. Default: `line N`. */
  readonly name?: string;
  /** The beginning of an invalid line. */
  readonly text?: string;
}

/** A parsed line; `undefined` for a blank line. */
export type ParsedLine = { readonly values: Values } | { readonly faults: readonly LineFault[] } | undefined;

export type Entry = Position & {
  /** Characters. */
  readonly size: number;
} & NonNullable<ParsedLine>;

export function invalidLine(rule: string): ParsedLine {
  return { faults: [{ rule }] };
}

export function faultsOf(error: StatsError): readonly LineFault[] {
  if (error.faults.length === 0) return [{ rule: error.message }];
  return error.faults.map(toLineFault);
}

/** @param values of the line, for the messages */
export function describeFaults(faults: readonly LineFault[], values?: object): string {
  const describe = ({ field, rule }: LineFault) =>
    field === undefined ? rule : `${field} ${withValue(valueAt(values, field.split('.')), rule)}`;
  return faults.map(describe).join('. ');
}

export function valueAt(values: unknown, path: readonly PropertyKey[]): unknown {
  let value = values;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function toLineFault(fault: Fault): LineFault {
  const field = 'pointer' in fault ? fault.pointer.slice(1).replaceAll('/', '.') : fault.parameter;
  return { field: field === '' ? undefined : field, rule: fault.detail };
}
