import { runCli, type Finished } from './cli.js';

interface Summary {
  readonly statements?: number;
  readonly statementsRepeated?: number;
  readonly statementsOfOtherVerbs?: number;
  readonly lines: number;
  readonly created: number;
  readonly replayed: number;
  readonly repeated: number;
  readonly conflict: number;
  readonly invalid: number;
  readonly replaced?: number;
  readonly coursesCreated: number;
  readonly coursesExisting: number;
  readonly undeclaredModules: number;
  readonly coursesRejected: number;
}

interface Imported extends Finished {
  readonly summary: Partial<Summary>;
}

export async function runImport(argv: readonly string[], input = ''): Promise<Imported> {
  const finished = await runCli(['import', ...argv, '--json', '--quiet'], { input });
  const summary: Partial<Summary> = finished.stdout === '' ? {} : JSON.parse(finished.stdout);
  return { ...finished, summary };
}

export const HEADER =
  'userId,courseId,sessionId,totalModulesStudied,averageScore,timeStudied,completedAt,moduleIds';

/** Returns a CSV line with a new session of one learner. */
export function csvLine(values: Readonly<Record<string, string>> = {}): string {
  const all: Record<string, string> = {
    userId: '7c7b7d42-ff2f-57e0-b43e-bdac13420b81',
    courseId: '7384c218-7413-5439-8a53-127d6e177480',
    sessionId: crypto.randomUUID(),
    totalModulesStudied: '6',
    averageScore: '68.4',
    timeStudied: '280000',
    completedAt: '2026-11-20T10:00:00Z',
    moduleIds: 'm-1;m-2',
    ...values,
  };
  return HEADER.split(',')
    .map((name) => all[name])
    .join(',');
}
