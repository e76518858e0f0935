import type { Difference, Verification } from '../core/index.js';
import { count, type Cell } from './output.js';

export const DIFFERENCE_HEADING = ['Learner', 'Course', 'What', 'Kept', 'Real'];

export function differenceRow(difference: Difference): Cell[] {
  const { kind, userId, courseId, what, kept } = difference;
  if (kind === 'session') {
    return [userId, courseId, `${what} of session ${difference.sessionId}`, kept, difference.rule];
  }
  const whose = kind === 'module' ? ` of module ${difference.moduleId}` : '';
  return [userId, courseId, `${what}${whose}`, kept, difference.real];
}

/** What of the database was looked at, and what was to be done. */
interface VerificationScope {
  readonly rebuild: boolean;
  readonly user: string | undefined;
  readonly course: string | undefined;
}

/** What was found, for people, in whole sentences. */
export function describeVerification(
  verified: Verification,
  { rebuild, user, course }: VerificationScope,
): string[] {
  const { differingStats, differingModules, faultySessions, mended, unmended } = verified;
  const stats = count(verified.lifetimeStats, 'lifetime stats');
  const modules = count(verified.moduleCounts, 'module count');
  const sessions = count(verified.sessions, 'session');
  const scope = [
    ...(user === undefined ? [] : [`learner ${user}`]),
    ...(course === undefined ? [] : [`course ${course}`]),
  ];
  if (scope.length > 0 && verified.sessions + verified.lifetimeStats + verified.moduleCounts === 0) {
    return [`Nothing is kept of ${scope.join(' in ')}: there is nothing to compare.`];
  }
  if (differingStats + differingModules + faultySessions === 0) {
    return [`All ${stats} and ${modules} are what ${sessions} add up to.`];
  }
  return [
    ...(differingStats + differingModules === 0
      ? []
      : [
          `${count(differingStats, 'lifetime stats')} and ${count(differingModules, 'module count')} are not what the sessions add up to.`,
          ...(rebuild ? outcome(mended, unmended) : ['"--rebuild" mends that; keep a copy first.']),
        ]),
    ...(faultySessions === 0
      ? []
      : [
          `${count(faultySessions, 'session')} ${faultySessions === 1 ? 'breaks' : 'break'} the rules: replace or delete ${faultySessions === 1 ? 'it' : 'them'}.`,
        ]),
  ];
}

function outcome(mended: number, unmended: number): string[] {
  return [
    `Mended: ${count(mended, 'lifetime stats')}, with the module counts.`,
    ...(unmended === 0
      ? []
      : [
          `Not mended: ${count(unmended, 'lifetime stats')}, which somebody held, or whose course is missing, or which are more than can be kept.`,
        ]),
  ];
}
