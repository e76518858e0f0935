import type { Fault, StatsError } from '../../core/errors.js';
import type { LineFault } from './reading.js';

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
