import * as copyRow from './copy-row.js';
import type { ModulesArrays, TotalsArrays } from './loading-statements.js';
import type { PackedCandidates } from './packed-candidates.js';
import { BIGINT, toArray, toTextArray, WIDE_BIGINT, type Encoding } from './postgres-binary.js';
import { moduleIdsOf } from '../rows.js';

/** What sessions of a learner in a course add to the totals and to the modules. */
interface Share {
  /** The position of one of them, as of those that were completed first and last, and updated last. */
  readonly any: number;
  first: number;
  last: number;
  updated: number;
  sessions: number;
  modules: number;
  score: bigint;
  time: number;
  /** How many of the sessions studied each. */
  readonly studied: Map<string, number>;
}

/** To compare: microseconds, exact to less than a millisecond. */
const instant = ({ at }: copyRow.Field<string>): copyRow.Field<number> => ({ type: BIGINT, at });
const COMPLETED = instant(copyRow.COMPLETED);
const UPDATED = instant(copyRow.UPDATED);

/**
 * The shares of sessions that come in the order of their identities, as arrays of what is to be added.
 *
 * @throws {RangeError} where the scores of a learner exceed Postgres' integers
 */
export function shareArrays(
  candidates: PackedCandidates,
  positions: readonly number[],
): { readonly totals: TotalsArrays; readonly modules: ModulesArrays } {
  const shares = sharesOf(candidates, positions);
  const modules = shares.flatMap(({ any, updated, studied }) =>
    Array.from(studied, ([id, count]) => ({ any, updated, id, count })).toSorted(byId),
  );
  /** From the session at a position. */
  const copied = (field: copyRow.AnyField): Encoding<number> => ({
    oid: field.type.oid,
    size: field.type.size,
    write: (to, at, position) => candidates.copy(field, position, to, at),
  });
  const [userId, courseId] = [copied(copyRow.USER_ID), copied(copyRow.COURSE_ID)];
  const [completedAt, updatedAt] = [copied(copyRow.COMPLETED), copied(copyRow.UPDATED)];
  return {
    totals: {
      user_id: toArray(userId, shares, ({ any }) => any),
      course_id: toArray(courseId, shares, ({ any }) => any),
      session_count: toArray(BIGINT, shares, ({ sessions }) => sessions),
      total_modules_studied: toArray(BIGINT, shares, (share) => share.modules),
      weighted_score_units: toArray(WIDE_BIGINT, shares, ({ score }) => score),
      time_studied: toArray(BIGINT, shares, ({ time }) => time),
      first_completed_at: toArray(completedAt, shares, ({ first }) => first),
      last_completed_at: toArray(completedAt, shares, ({ last }) => last),
      updated_at: toArray(updatedAt, shares, ({ updated }) => updated),
    },
    modules: {
      user_id: toArray(userId, modules, ({ any }) => any),
      course_id: toArray(courseId, modules, ({ any }) => any),
      module_id: toTextArray(modules.map(({ id }) => id)),
      session_count: toArray(BIGINT, modules, ({ count }) => count),
      updated_at: toArray(updatedAt, modules, ({ updated }) => updated),
    },
  };
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1;
}

function sharesOf(candidates: PackedCandidates, positions: readonly number[]): Share[] {
  const shares: Share[] = [];
  let share: Share | undefined;
  for (const position of positions) {
    if (!share || candidates.compare(copyRow.LEARNER, share.any, position) !== 0) {
      share = emptyShare(position);
      shares.push(share);
    }
    add(share, candidates, position);
  }
  return shares;
}

function emptyShare(position: number): Share {
  return {
    any: position,
    first: position,
    last: position,
    updated: position,
    sessions: 0,
    modules: 0,
    score: 0n,
    time: 0,
    studied: new Map(),
  };
}

function add(share: Share, candidates: PackedCandidates, position: number): void {
  const isEarlier = (field: copyRow.Field<number>, a: number, b: number) =>
    candidates.read(field, a) < candidates.read(field, b);
  const modules = candidates.read(copyRow.MODULES, position);
  share.sessions += 1;
  share.modules += modules;
  // Both are small enough for their product to be exact.
  share.score += BigInt(candidates.read(copyRow.SCORE, position) * modules);
  share.time += candidates.read(copyRow.TIME, position);
  if (isEarlier(COMPLETED, position, share.first)) share.first = position;
  if (isEarlier(COMPLETED, share.last, position)) share.last = position;
  if (isEarlier(UPDATED, share.updated, position)) share.updated = position;
  for (const id of moduleIdsOf({ module_ids: candidates.moduleIds(position) }))
    share.studied.set(id, (share.studied.get(id) ?? 0) + 1);
}
