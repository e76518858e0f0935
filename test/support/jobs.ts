import * as z from 'zod';
import { StatsError, type Stats } from '../../src/core/index.js';

const callSchema = z.object({
  name: z.enum(['recordSession', 'putSession', 'deleteSession', 'eraseUser']),
  arguments: z.unknown(),
});

/** Calls that one process makes on one database, all at once. */
export const jobSchema = z.object({ database: z.string(), calls: z.array(callSchema) });

export type Call = z.output<typeof callSchema>;
export type Job = z.output<typeof jobSchema>;

/** How each of the calls ended, made all at once: its outcome, or the code of its error. */
export async function runCalls(stats: Stats, calls: readonly Call[]): Promise<string[]> {
  return Promise.all(calls.map((call) => outcomeOf(stats, call)));
}

async function outcomeOf({ untyped }: Stats, call: Call): Promise<string> {
  try {
    const result = await untyped[call.name](call.arguments);
    if (!result) return 'deleted';
    return 'outcome' in result ? result.outcome : 'erased';
  } catch (error) {
    if (error instanceof StatsError) return error.code;
    throw error;
  }
}
