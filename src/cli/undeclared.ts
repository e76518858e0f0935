import { StatsError, type StatsCalls, type Untyped } from '../core/index.js';
import { count } from './output.js';

/** The studied modules of each course. */
export type StudiedModules = ReadonlyMap<string, ReadonlySet<string>>;

/** Counts studied modules that their course does not declare. A course without modules declares none to miss. */
export async function countUndeclared(
  stats: Pick<Untyped<StatsCalls>, 'getCourse'>,
  studied: StudiedModules,
): Promise<number> {
  let undeclared = 0;
  for (const [courseId, moduleIds] of studied) {
    if (moduleIds.size === 0) continue;
    try {
      const declared = new Set((await stats.getCourse({ courseId })).moduleIds);
      if (declared.size > 0) undeclared += moduleIds.difference(declared).size;
    } catch (error) {
      // The sessions are recorded, so a note about them must not fail the command.
      if (!(error instanceof StatsError)) throw error;
    }
  }
  return undeclared;
}

export function describeUndeclared(undeclared: number): string {
  const verb = undeclared === 1 ? 'is' : 'are';
  return `${count(undeclared, 'module')} ${verb} not declared by the course and ${undeclared === 1 ? 'does' : 'do'} not count toward progress`;
}
