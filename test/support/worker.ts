/**
 * Runs jobs, one per line of stdin, until stdin ends. A worker first prints `ready`, so that several workers
 * can start their jobs together.
 */
import { createInterface } from 'node:readline';
import { inspect } from 'node:util';
import { openStats } from '../../src/core/index.js';
import { jobSchema, runCalls, type Job } from './jobs.js';

process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  const outcomes = await run(jobSchema.parse(JSON.parse(line)));
  process.stdout.write(`${JSON.stringify(outcomes)}\n`);
}

/** Returns a failure of the whole job as an outcome, so that the test reports it. */
async function run({ database, calls }: Job): Promise<string[]> {
  try {
    await using stats = await openStats({ database });
    return await runCalls(stats, calls);
  } catch (error) {
    return [inspect(error)];
  }
}
