import assert from 'node:assert/strict';
import * as z from 'zod';
import { quotientOf, unitsOf } from './oracle.js';

const DECIMALS = 4;

const sentSchema = z.looseObject({ averageScore: z.number().nullable() });
const recordedSchema = z.looseObject({
  courseId: z.string(),
  totalModulesStudied: z.int(),
  timeStudied: z.int(),
  completedAt: z.string(),
});

interface Totals {
  count: number;
  modules: bigint;
  scored: bigint;
  weighted: bigint;
  time: bigint;
  readonly completed: string[];
}

/** Computes the expected lifetime stats of the sessions acknowledged as new. */
export class LifetimeOracle {
  readonly #totals = new Map<string, Totals>();

  /** @param sent the request body, which has the score before rounding */
  recorded(userId: string, sent: string, answered: string): void {
    const { averageScore } = sentSchema.parse(JSON.parse(sent));
    const { courseId, ...session } = recordedSchema.parse(JSON.parse(answered));
    const totals = this.#of(userId, courseId);
    totals.count++;
    totals.modules += BigInt(session.totalModulesStudied);
    if (averageScore !== null) {
      totals.scored += BigInt(session.totalModulesStudied);
      totals.weighted += unitsOf(averageScore, DECIMALS) * BigInt(session.totalModulesStudied);
    }
    totals.time += BigInt(session.timeStudied);
    totals.completed.push(session.completedAt);
  }

  get count(): number {
    return this.#totals.values().reduce((sum, { count }) => sum + count, 0);
  }

  assertStats(userId: string, courseId: string, stats: Readonly<Record<string, unknown>>): void {
    const { count, modules, scored, weighted, time, completed } = this.#of(userId, courseId);
    const expected = {
      sessionCount: count,
      totalModulesStudied: Number(modules),
      averageScore: scored === 0n ? null : quotientOf(weighted, scored * 10n ** BigInt(DECIMALS)),
      timeStudied: Number(time),
      firstCompletedAt: completed.toSorted()[0] ?? null,
      lastCompletedAt: completed.toSorted().at(-1) ?? null,
    };
    const actual = Object.fromEntries(Object.keys(expected).map((name) => [name, stats[name]]));
    assert.deepEqual(actual, expected);
  }

  #of(userId: string, courseId: string): Totals {
    const key = `${userId} ${courseId}`;
    const found = this.#totals.get(key) ?? {
      count: 0,
      modules: 0n,
      scored: 0n,
      weighted: 0n,
      time: 0n,
      completed: [],
    };
    this.#totals.set(key, found);
    return found;
  }
}
