import type { Fault, StatsError } from '../../../core/index.js';
import { withValue } from '../../errors.js';

/** The reason why a line is rejected. */
export interface LineFault {
  /** The name of the field; `undefined` if the fault concerns the whole line. */
  readonly field?: string | undefined;
  readonly detail: string;
}

/** A cell that is rejected. */
export class CellFault {
  readonly detail: string;

  constructor(text: string, rule: string) {
    this.detail = withValue(text, rule);
  }
}

/** The unvalidated values of a session or course, by field. */
export type Values = Readonly<Record<string, unknown>>;

export interface Position {
  /** The number of the line, document or row, from 1. */
  readonly line: number;
  /** The position in messages. Default: `line N`. */
  readonly label?: string;
  /** The beginning of an invalid line. */
  readonly text?: string;
}

/** A parsed line; `undefined` for a blank line. A line with faults may have values, which can be corrected. */
export type ParsedLine =
  | { readonly values: Values }
  | { readonly faults: readonly LineFault[]; readonly values?: Values }
  | undefined;

export type Entry = Position & {
  /** Characters. */
  readonly size: number;
  /** The names that a new course may have, the best first. Default: the `courseId`. */
  readonly courseNames?: readonly string[];
} & NonNullable<ParsedLine>;

export function invalidLine(detail: string): NonNullable<ParsedLine> {
  return { faults: [{ detail }] };
}

export function faultsOf(error: StatsError): readonly LineFault[] {
  if (error.faults.length === 0) return [{ detail: error.message }];
  return error.faults.map(toLineFault);
}

export function describePosition({ line, label = `line ${line}` }: Position): string {
  return label;
}

export function describeFaults(faults: readonly LineFault[]): string {
  return faults.map(({ field, detail }) => (field === undefined ? detail : `${field} ${detail}`)).join('. ');
}

function toLineFault(fault: Fault): LineFault {
  if ('parameter' in fault) return { field: fault.parameter, detail: fault.detail };
  if (fault.pointer === '') return { detail: fault.detail };
  // The name of a field can be empty.
  return { field: fault.pointer.slice(1).replaceAll('/', '.') || '""', detail: fault.detail };
}
