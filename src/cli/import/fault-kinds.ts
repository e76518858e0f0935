import { withoutValue } from '../errors.js';
import { describeFaults, type LineFault } from './readers/entry.js';

/** Kinds that are printed. */
const MAX_PRINTED = 10;
/** Kinds that are counted separately. A hostile file has another unknown field on each line. */
const MAX_COUNTED = 1_000;
/** The kind of all faults beyond {@link MAX_COUNTED}. */
const OTHERS = 'other faults';

/** Counts rejected lines by kind of fault: the field and its rule, without the value. */
export class FaultKinds {
  /** The number of lines by kind. */
  readonly #lines = new Map<string, number>();

  /** Adds the faults of one line, which counts once for each kind. */
  add(faults: readonly LineFault[]): void {
    const kinds = new Set(faults.map((fault) => this.#countedAs(kindOf(fault))));
    for (const kind of kinds) this.#lines.set(kind, (this.#lines.get(kind) ?? 0) + 1);
  }

  /** Returns a text for each of the most frequent kinds, and one for the number of the others. */
  describe(): readonly string[] {
    const kinds = Array.from(this.#lines).toSorted(([, one], [, other]) => other - one);
    const printed = kinds
      .slice(0, MAX_PRINTED)
      .map(([kind, lines]) => `${lines.toLocaleString('en')} × ${kind}`);
    const more = kinds.length - printed.length;
    if (more > 0) printed.push(`and ${more.toLocaleString('en')} more ${more === 1 ? 'kind' : 'kinds'}`);
    return printed;
  }

  #countedAs(kind: string): string {
    if (!this.#lines.has(kind) && this.#lines.size >= MAX_COUNTED) return OTHERS;
    this.#lines.set(kind, this.#lines.get(kind) ?? 0);
    return kind;
  }
}

/** The faults of all items of a list are one kind. */
function kindOf({ field, detail }: LineFault): string {
  return describeFaults([{ field: field?.replace(/\.\d+$/, '.N'), detail: withoutValue(detail) }]);
}
