import type { Fault, StatsError } from '../../../core/index.js';

/** Why a line, or one of its fields, is rejected. */
export interface LineFault {
  /** The field by our name; `undefined` if the fault concerns the whole line. */
  readonly field?: string | undefined;
  readonly rule: string;
}

/** The values of a session or course by field, as the file has them. */
export type Values = Readonly<Record<string, unknown>>;

/** Where an entry is in the source. */
export interface Place {
  /** The line, from 1; the number of the document or row in a source without lines. */
  readonly line: number;
  /** How messages name the place; default: `line N`. */
  readonly name?: string;
  /** The beginning of a line that cannot be read. */
  readonly text?: string;
}

/** The result of reading a line; `undefined` for a blank line. */
export type Reading = { readonly values: Values } | { readonly faults: readonly LineFault[] } | undefined;

/** A line of the source that is not blank. */
export type Entry = Place & {
  /** Characters. */
  readonly size: number;
} & NonNullable<Reading>;

export function unreadable(rule: string): Reading {
  return { faults: [{ rule }] };
}

/** The faults of a call by our field names. */
export function faultsOf(error: StatsError): readonly LineFault[] {
  if (error.faults.length === 0) return [{ rule: error.message }];
  return error.faults.map(toLineFault);
}

export function describeFaults(faults: readonly LineFault[]): string {
  return faults.map(({ field, rule }) => (field === undefined ? rule : `${field} ${rule}`)).join('; ');
}

function toLineFault(fault: Fault): LineFault {
  const place = 'pointer' in fault ? fault.pointer.slice(1).replaceAll('/', '.') : fault.parameter;
  return { field: place === '' ? undefined : place, rule: fault.detail };
}
