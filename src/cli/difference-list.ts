import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Difference } from '../core/index.js';
import { writeJson, writeLine, writeTable, type Cell } from './output.js';

/** A table's columns are as wide as its widest cells, so that all of it is kept until it is written. */
const MAX_ROWS = 100;

const HEADING = ['Learner', 'Course', 'What', 'Kept', 'Real'];

/** Differences on stdout, of which there may be any number: all for a program, the first for people. */
export class DifferenceList {
  readonly #stream: Writable;
  readonly #json: boolean;
  readonly #rows: Cell[][] = [];
  #more = 0;

  constructor(stream: Writable, { json }: { readonly json: boolean }) {
    this.#stream = stream;
    this.#json = json;
  }

  /** Waits for a slow reader, so that a long list is never all in memory. */
  async add(difference: Difference): Promise<void> {
    if (this.#json) {
      writeJson(this.#stream, difference);
      if (this.#stream.writableNeedDrain) await once(this.#stream, 'drain');
    } else if (this.#rows.length < MAX_ROWS) {
      this.#rows.push(rowOf(difference));
    } else {
      this.#more++;
    }
  }

  end(): void {
    if (this.#rows.length > 0) writeTable(this.#stream, this.#rows, HEADING);
    if (this.#more > 0) {
      writeLine(this.#stream, `… and ${this.#more.toLocaleString('en-US')} more: --json tells all.`);
    }
  }
}

function rowOf(difference: Difference): Cell[] {
  const { kind, userId, courseId, what, kept } = difference;
  if (kind === 'session') {
    return [userId, courseId, `${what} of session ${difference.sessionId}`, kept, difference.rule];
  }
  const whose = kind === 'module' ? ` of module ${difference.moduleId}` : '';
  return [userId, courseId, `${what}${whose}`, kept, difference.real];
}
