import { StatsError } from '../errors.js';
import type { Finding } from '../model/checks.js';
import { grouped } from '../model/validation.js';
import { DATABASE_CHECKS } from '../store/checks/database-checks.js';
import { findDifferingModules, findDifferingTotals } from '../store/checks/differences.js';
import { countRows, rangesOf, withoutTimeout } from '../store/checks/ranges.js';
import { migrationStatus } from '../store/migrator.js';
import { openStore } from '../store/open.js';
import { RESTORE } from '../store/sqlite/errors.js';
import { withStatsErrors, type Store } from '../store/store.js';

/**
 * Checks the schema, durability settings and integrity of a database, and that all lifetime stats are the
 * sums of their sessions. It reads the whole database and changes nothing. The database may be in use.
 *
 * @example
 * const findings = await diagnose({ database: 'sqlite:stats.db' });
 * for (const { check, state, detail } of findings) console.log(check, state, detail);
 *
 * @throws {StatsError} `invalid-database-url`, `database-not-found`, `database-unavailable`,
 *   `database-unusable`
 */
export async function diagnose(config: { readonly database: string }): Promise<readonly Finding[]> {
  const store = await openStore(config.database, { create: false, readOnly: true });
  try {
    return await withStatsErrors(store, () => runChecks(store));
  } finally {
    await store.close();
  }
}

async function runChecks(store: Store): Promise<readonly Finding[]> {
  const checks = DATABASE_CHECKS[store.dialect];
  const findings = [await checks.checkDatabase(store)];
  const others: readonly (readonly [Finding['check'], () => Promise<Finding>])[] = [
    ['schema', () => checkSchema(store)],
    ['durability', () => checks.checkDurability(store)],
    ['integrity', () => withoutTimeout(store, checks.checkIntegrity)],
    ['rollups', () => checkRollups(store)],
  ];
  for (const [check, work] of others) {
    // The sums of damaged data mean nothing.
    if (check === 'rollups' && findings.some(isDamage)) break;
    try {
      findings.push(await work());
    } catch (error) {
      const fault = store.faultOf(error);
      if ((fault !== 'unusable' && fault !== 'outdated') || !(error instanceof Error)) throw error;
      const detail = `cannot be read: ${error.message}`;
      const advice = fault === 'outdated' ? RESTORE : store.explain(error);
      findings.push({ check, state: 'problem', detail, advice });
      // The other checks would fail for the same reason.
      break;
    }
  }
  return findings;
}

function isDamage({ check, state }: Finding): boolean {
  return check !== 'durability' && state === 'problem';
}

async function checkSchema(store: Store): Promise<Finding> {
  const check = 'schema';
  try {
    const { applied, pending } = await migrationStatus(store);
    if (pending.length === 0) return { check, state: 'ok', detail: `current, ${applied.at(-1)}` };
    const detail = `not current, ${pending.join(', ')} pending`;
    return { check, state: 'problem', detail, advice: 'Run "stats-service migrate up".' };
  } catch (error) {
    if (!(error instanceof StatsError)) throw error;
    const { code, message } = error;
    if (code === 'schema-newer')
      return { check, state: 'problem', detail: message, advice: 'Upgrade stats-service.' };
    if (code === 'schema-unsupported') return { check, state: 'problem', detail: message };
    throw error;
  }
}

async function checkRollups(store: Store): Promise<Finding> {
  const check = 'rollups';
  let [learners, totals, modules] = [0, 0, 0];
  for await (const range of rangesOf(store, {})) {
    learners += (await countRows(store, range)).lifetimeStats;
    totals += (await findDifferingTotals(store, range)).length;
    for await (const page of findDifferingModules(store, range)) modules += page.length;
  }
  if (totals === 0 && modules === 0) {
    return {
      check,
      state: 'ok',
      detail: `${grouped(learners)} ${learners === 1 ? 'rollup equals the sum of its' : 'rollups equal the sums of their'} sessions`,
    };
  }
  return {
    check,
    state: 'problem',
    detail: `rollups that differ from the sums of their sessions: ${grouped(totals)}; module counts: ${grouped(modules)}`,
    advice:
      'Another program has changed these tables. List the differences with "stats-service verify"; make a backup, then repair them with "stats-service verify --rebuild".',
  };
}
