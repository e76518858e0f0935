/**
 * Runs jobs in a process of its own, one per line of its standard input, until that ends. It says that it is
 * ready before it is given the first, so that several can be started together however long each takes to load.
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

/** Reports a failure of the whole job as an outcome, so that the test which expects another one shows it. */
async function run({ database, calls }: Job): Promise<string[]> {
  try {
    await using stats = await openStats({ database });
    return await runCalls(stats, calls);
  } catch (error) {
    return [inspect(error)];
  }
}
