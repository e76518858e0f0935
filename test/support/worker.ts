/**
 * Runs jobs in a process of its own, one per line of its standard input, until that ends. It says that it is
 * ready before it is given the first, so that several can be started together however long each takes to load.
 */
import { createInterface } from 'node:readline';
import { inspect } from 'node:util';
import { openStats, type Stats } from '../../src/core/index.js';
import { jobSchema, runCalls, type Job } from './jobs.js';

/** Kept for the jobs to come: most are on the same. */
let opened: { readonly database: string; readonly stats: Stats } | undefined;

process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  const outcomes = await run(jobSchema.parse(JSON.parse(line)));
  process.stdout.write(`${JSON.stringify(outcomes)}\n`);
}
await opened?.stats.close();

/** A failure of the whole job is told as an outcome: the test that expects another shows it. */
async function run({ database, calls }: Job): Promise<string[]> {
  try {
    if (opened?.database !== database) {
      await opened?.stats.close();
      opened = { database, stats: await openStats({ database }) };
    }
    return await runCalls(opened.stats, calls);
  } catch (error) {
    return [inspect(error)];
  }
}
