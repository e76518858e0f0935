/** What became of a line. `created` in a dry run is what would be. */
export type LineOutcome = 'created' | 'replayed' | 'replaced' | 'conflict' | 'invalid';

/** How many lines came to what. */
export type Tally = Record<LineOutcome, number>;

export function newTally(): Tally {
  return { created: 0, replayed: 0, replaced: 0, conflict: 0, invalid: 0 };
}

export function linesOf(tally: Tally): number {
  return Object.values(tally).reduce((sum, count) => sum + count, 0);
}
