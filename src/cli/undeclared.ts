import { StatsError, type StatsCalls, type Untyped } from '../core/index.js';

/** The studied modules of each course. */
export type StudiedModules = ReadonlyMap<string, ReadonlySet<string>>;

/** Returns the studied modules that their course does not declare, if it declares any. */
export async function findUndeclared(
  stats: Pick<Untyped<StatsCalls>, 'getCourse'>,
  studied: StudiedModules,
): Promise<readonly string[]> {
  const undeclared: string[] = [];
  for (const [courseId, moduleIds] of studied) {
    if (moduleIds.size === 0) continue;
    try {
      const declared = new Set((await stats.getCourse({ courseId })).moduleIds);
      if (declared.size > 0) undeclared.push(...moduleIds.difference(declared));
    } catch (error) {
      // The sessions are recorded, so a note about them must not fail the command.
      if (!(error instanceof StatsError)) throw error;
    }
  }
  return undeclared;
}

/** Modules that a message names. */
const MAX_NAMED = 3;

/** Returns the number and the first ids, such as `2 (b, c)`. */
export function describeUndeclared(undeclared: readonly string[]): string {
  const named = undeclared.slice(0, MAX_NAMED).map((id) => (id.length > 40 ? `${id.slice(0, 40)}…` : id));
  const others = undeclared.length > MAX_NAMED ? ', …' : '';
  return `${undeclared.length.toLocaleString('en')} (${named.join(', ')}${others})`;
}
