/**
 * Runs jobs, one per line of stdin, until stdin ends. A worker first prints `ready`, so that several workers
 * can start their jobs together. It runs the built program, and without tsx, which would take most of its time.
 */
import { createInterface } from 'node:readline';
import { inspect } from 'node:util';
import type * as core from '../../src/core/index.js';
import { jobSchema, runCalls, type Job } from './jobs.ts';

const PROGRAM = new URL('../../dist/src/core/index.js', import.meta.url).href;
const { openStats }: typeof core = await import(PROGRAM);

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
