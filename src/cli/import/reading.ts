import type { Fault, StatsError } from '../../core/errors.js';

/** Why a line, or a part of it, cannot be taken. */
export interface LineFault {
  /** The field as our documents name it; `undefined` where the fault is the line's. */
  readonly field?: string | undefined;
  readonly rule: string;
}

/** The values of a session by field, as they stand in the file. */
export type Values = Readonly<Record<string, unknown>>;

/** What a line says; nothing where it says nothing at all. */
export type Reading =
  | { readonly kind: 'values'; readonly values: Values }
  | { readonly kind: 'broken'; readonly faults: readonly LineFault[] }
  | { readonly kind: 'nothing' };

/** How a person finds something in the source again. */
export interface Place {
  /** Of the line, from 1 on; of the statement or row where the source has no lines. */
  readonly line: number;
  /** Where the line is not what finds it. */
  readonly name?: string;
  /** As much of the line as a person needs. */
  readonly text?: string;
}

/** Something of the source. */
export interface Entry extends Place {
  readonly reading: Reading;
  /** Characters of it; left out where they are few. */
  readonly size?: number;
}

/** Turns the lines of a file, in their order, into readings; `rule` is why a line is not to be read. */
export type LineReader = (text: string, rule?: string) => Reading;

export const NOTHING: Reading = { kind: 'nothing' };

export function broken(rule: string, field?: string): Reading {
  return { kind: 'broken', faults: [{ field, rule }] };
}

/** The faults that the core finds, by our fields. */
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
