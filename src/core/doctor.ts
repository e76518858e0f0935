import { migrations } from '../../migrations/index.js';
import { StatsError } from './errors.js';
import { grouped } from './model/rules.js';
import { findDifferingModules } from './store/checks/differing-modules.js';
import { findDifferingTotals } from './store/checks/differing-totals.js';
import { RESTORE, type Finding } from './store/checks/finding.js';
import * as postgres from './store/checks/postgres.js';
import { countRows, rangesOf } from './store/checks/ranges.js';
import * as sqlite from './store/checks/sqlite.js';
import { unhurried } from './store/checks/scope.js';
import { withDriverFaults, type Database, type StoreContext } from './store/database.js';
import { migrationStatus } from './store/migrate.js';
import { openDatabase } from './store/open.js';

const CHECKS = { sqlite, postgres };

/**
 * Looks at a database, which may be in use, and changes nothing: its schema, what its durability rests on, its
 * integrity, and whether every lifetime stat is the sum of its sessions. That reads all of it.
 *
 * @example
 * const findings = await diagnose({ database: 'sqlite:stats.db' });
 * for (const { check, state, detail } of findings) console.log(check, state, detail);
 *
 * @throws {StatsError} `invalid-database-url`, `database-not-found`, `database-unavailable`, `database-unusable`
 */
export async function diagnose(config: { readonly database: string }): Promise<readonly Finding[]> {
  const database = await openDatabase(config.database, { create: false });
  try {
    return await withDriverFaults(database, () => examine(database));
  } finally {
    await database.close();
  }
}

async function examine(database: Database): Promise<readonly Finding[]> {
  const checks = CHECKS[database.dialect];
  const find = (check: Finding['check'], work: Check, unlimited = false) =>
    orDamaged(database, check, () => (unlimited ? unhurried(database, work) : work(database)));
  const found = [
    await find('database', checks.checkDatabase),
    await find('schema', () => checkSchema(database)),
    await find('durability', checks.checkDurability),
    await find('integrity', checks.checkIntegrity, true),
  ];
  // Sums say nothing where what they are made from is wrong.
  const isWhole = found.every(({ check, state }) => check === 'durability' || state !== 'problem');
  return isWhole ? [...found, await find('rollups', () => checkRollups(database))] : found;
}

type Check = (context: StoreContext) => Promise<Finding>;

/** A file that cannot be read where a check looks is what was looked for. */
async function orDamaged(
  database: Database,
  check: Finding['check'],
  work: () => Promise<Finding>,
): Promise<Finding> {
  try {
    return await work();
  } catch (error) {
    if (database.faultOf(error) !== 'unusable' || !(error instanceof Error)) throw error;
    return { check, state: 'problem', detail: `it cannot be read: ${error.message}`, advice: RESTORE };
  }
}

async function checkSchema(database: Database): Promise<Finding> {
  const check = 'schema';
  try {
    const { applied, pending } = await migrationStatus(database, migrations);
    if (pending.length === 0) return { check, state: 'ok', detail: `current, ${applied.at(-1)}` };
    const detail = `not current, ${pending.join(', ')} pending`;
    return { check, state: 'problem', detail, advice: 'Run "stats-service migrate up".' };
  } catch (error) {
    if (!(error instanceof StatsError) || error.code !== 'schema-newer') throw error;
    return { check, state: 'problem', detail: error.message, advice: 'Upgrade stats-service.' };
  }
}

/** Whether the totals and the module counts that are kept are what the sessions add up to. */
async function checkRollups(database: Database): Promise<Finding> {
  const check = 'rollups';
  let [learners, totals, modules] = [0, 0, 0];
  for await (const range of rangesOf(database, {})) {
    learners += (await countRows(database, range)).lifetimeStats;
    totals += (await findDifferingTotals(database, range)).length;
    for await (const page of findDifferingModules(database, range)) modules += page.length;
  }
  if (totals === 0 && modules === 0) {
    return {
      check,
      state: 'ok',
      detail: `all ${grouped(learners)} lifetime stats are the sum of their sessions`,
    };
  }
  return {
    check,
    state: 'problem',
    detail: `${grouped(totals)} lifetime stats and ${grouped(modules)} module counts are not the sum of their sessions`,
    advice:
      'Something else has written to these tables. "stats-service verify" tells where; keep a copy, then "stats-service verify --rebuild" mends it.',
  };
}
