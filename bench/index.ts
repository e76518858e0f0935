/**
 * How fast the service is: beside a floor, the least that must be done for the same durable work, and beside
 * a naive service; and what it costs as data grow. See options.ts for running a part of it.
 */
import { bulkTables } from './bulk/index.js';
import { compareServers } from './comparison.js';
import { compile } from './compile.js';
import { commandTimes } from './curve/commands.js';
import { growthCurve } from './curve/growth.js';
import { lifetimeCurve } from './curve/lifetime.js';
import { memoryCurve } from './curve/memory.js';
import { startLoadProcess } from './load-process.js';
import { describeMachine } from './machine.js';
import { readOptions } from './options.js';

const { parts, cells, lines, ...options } = readOptions(process.argv.slice(2));
// What was started ends when we do: see guarded.ts.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));

compile();
const load = startLoadProcess();
print(`${describeMachine()}\n`);
if (parts.has('table')) await compareServers(cells, load, options, print);
if (parts.has('lifetime')) print(`\n${await lifetimeCurve(load, options.rounds)}`);
if (parts.has('growth')) print(`\n${await growthCurve(load, options.rounds)}`);
if (parts.has('commands')) print(`\n${await commandTimes()}`);
if (parts.has('memory')) print(`\n${await memoryCurve(load)}`);
if (parts.has('bulk')) await bulkTables(load, lines, print);
await load.stop();

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
