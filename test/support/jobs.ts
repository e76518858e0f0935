import * as z from 'zod';
import type { Stats } from '../../src/core/index.js';

const callSchema = z.object({
  name: z.enum(['recordSession', 'putSession', 'deleteSession', 'eraseUser']),
  arguments: z.unknown(),
});

/** Calls that one process makes concurrently on a database. */
export const jobSchema = z.object({ database: z.string(), calls: z.array(callSchema) });

export type Call = z.output<typeof callSchema>;
export type Job = z.output<typeof jobSchema>;

/** Makes the calls concurrently and returns the outcome or the error code of each. */
export async function runCalls(stats: Stats, calls: readonly Call[]): Promise<string[]> {
  return Promise.all(calls.map((call) => outcomeOf(stats, call)));
}

async function outcomeOf({ untyped }: Stats, call: Call): Promise<string> {
  try {
    const result = await untyped[call.name](call.arguments);
    if (!result) return 'deleted';
    return 'outcome' in result ? result.outcome : 'erased';
  } catch (error) {
    // Not `instanceof`: a worker has the class of the built program.
    if (error instanceof Error && error.name === 'StatsError' && 'code' in error) return String(error.code);
    throw error;
  }
}
