/**
 * Measures the service beside a floor and a naive server, and what it costs as data grow. The options choose parts:
 * `--table` the servers beside each other, of it `--only` such rows as record-sqlite-64,stats-postgres-1; `--curve` by
 * length of history and size of the database, and whole commands; `--memory` of a server that records; `--bulk` import
 * and export of `--lines`. A figure is the median of `--rounds`, in the table of `--seconds` each.
 */
import { parseArgs } from 'node:util';
import { printBulk } from './bulk.js';
import { compareServers, SERVERS } from './comparison.js';
import { printCommandTimes, printGrowthCurve, printLifetimeCurve, printMemoryCurve } from './curves.js';
import { buildServers } from './processes.js';
import { printMachine } from './report.js';

const { values } = parseArgs({
  options: {
    table: { type: 'boolean' },
    curve: { type: 'boolean' },
    memory: { type: 'boolean' },
    bulk: { type: 'boolean' },
    only: { type: 'string' },
    servers: { type: 'string', default: SERVERS.join() },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    lines: { type: 'string', default: '1000000' },
  },
});
const { table, curve, memory, bulk, only } = values;
const isEverything = !(table || curve || memory || bulk || only);
const isChosen = (name: string) => only === undefined || only.split(',').includes(name);
const servers = SERVERS.filter((name) => values.servers.split(',').includes(name));
const rounds = Number(values.rounds);

buildServers();
printMachine();
if (isEverything || table || only) {
  await compareServers({ servers, rounds, seconds: Number(values.seconds) }, isChosen);
}
if (isEverything || curve) {
  await printLifetimeCurve(rounds);
  await printGrowthCurve(rounds);
  await printCommandTimes();
}
if (isEverything || memory) await printMemoryCurve();
if (isEverything || bulk) await printBulk(Number(values.lines));
