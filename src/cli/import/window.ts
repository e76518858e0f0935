import type { Place, Values } from './reading.js';
import type { Pending } from './recorder.js';
import type { Verdict } from './verdict.js';

/** How much is recorded together: the sessions of a learner come together, however far apart they stand. */
export interface WindowSize {
  readonly lines: number;
  /** Of all lines: few may be long. */
  readonly characters: number;
}

/** A line that was refused already, or whose session is to be recorded; the latter keeps no more than that takes. */
export type WindowLine<Item> = Place & (Refused | Checked<Item>);

export interface Checked<Item> extends Pending<Item> {
  /** Whether the line itself said which session it is. */
  readonly hasId: boolean;
}

interface Refused {
  readonly values: Values | undefined;
  readonly verdict: Verdict;
}

/** As many as a line that is refused counts: it keeps all that it says. */
const REFUSED_WEIGHT = 5;

/** Lines that are recorded together. */
export class Window<Item> {
  readonly lines: WindowLine<Item>[] = [];
  readonly #size: WindowSize;
  /** Lines, of which those that were refused count as several. */
  #weight = 0;
  #characters = 0;

  constructor(size: WindowSize) {
    this.#size = size;
  }

  get isEmpty(): boolean {
    return this.lines.length === 0;
  }

  get isFull(): boolean {
    return this.#weight >= this.#size.lines || this.#characters >= this.#size.characters;
  }

  add(line: WindowLine<Item>, characters: number): void {
    this.lines.push(line);
    this.#weight += 'item' in line ? 1 : REFUSED_WEIGHT;
    this.#characters += characters;
  }
}
