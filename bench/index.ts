/**
 * Runs the benchmarks; an option selects a part. `--table` compares the service with the floor and the naive
 * server, `--only record-sqlite-64,stats-postgres-1` in these rows only. `--curve` measures long histories,
 * large databases and whole commands, `--memory` a server that records, `--sums` stats beside a sum of the
 * sessions, `--auth` tokens beside a gateway, `--course-view` rosters, summaries and activity of a course
 * with `--lines` sessions, `--bulk` the import and export of `--lines`. A figure is the median of
 * `--rounds`; in the table, each round takes `--seconds`.
 */
import { parseArgs } from 'node:util';
import { printBulk } from './bulk.js';
import { compareServers, SERVERS } from './comparison.js';
import { printCommandTimes, printGrowthCurve, printLifetimeCurve, printMemoryCurve } from './curves.js';
import { printAuth } from './auth.js';
import { printCourseView } from './course-view.js';
import { buildServers } from './processes.js';
import { printMachine } from './report.js';
import { printSums } from './sums.js';

const { values } = parseArgs({
  options: {
    table: { type: 'boolean' },
    curve: { type: 'boolean' },
    memory: { type: 'boolean' },
    bulk: { type: 'boolean' },
    sums: { type: 'boolean' },
    auth: { type: 'boolean' },
    'course-view': { type: 'boolean' },
    only: { type: 'string' },
    servers: { type: 'string', default: SERVERS.join() },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    lines: { type: 'string', default: '1000000' },
  },
});
const { table, curve, memory, bulk, sums, auth, 'course-view': courseView, only } = values;
const isEverything = !(table || curve || memory || bulk || sums || auth || courseView || only);
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
if (isEverything || sums) await printSums(rounds);
if (isEverything || auth) await printAuth(rounds, Number(values.seconds));
if (isEverything || courseView) await printCourseView(rounds, Number(values.lines));
if (isEverything || bulk) await printBulk(Number(values.lines));
