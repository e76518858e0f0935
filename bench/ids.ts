/** Which third group of digits an id has, so that a learner's never equals a course's. */
export const ID_KINDS = { learner: '4001', course: '4002', session: '4003' } as const;
export type IdKind = keyof typeof ID_KINDS;

/** Knuth's multiplier: spreads consecutive numbers over all ids, as random ids are, and never gives one twice. */
export const SPREAD = 2_654_435_761;
export const SPREAD_MODULUS = 4_294_967_296;

/** The n-th id of a kind, the same as the SQL of the seeds makes. */
export function idOf(kind: IdKind, n: number): string {
  const first = (Math.imul(n, SPREAD) >>> 0).toString(16).padStart(8, '0');
  return `${first}-0000-${ID_KINDS[kind]}-8000-${n.toString(16).padStart(12, '0')}`;
}
