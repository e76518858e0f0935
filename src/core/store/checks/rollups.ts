import { grouped } from '../../model/rules.js';
import type { Database } from '../database.js';
import { countRows } from './counts.js';
import { findDifferingModules } from './differing-modules.js';
import { findDifferingTotals } from './differing-totals.js';
import type { Finding } from './finding.js';
import { rangesOf } from './ranges.js';

/** Whether the totals and the module counts that are kept are what the sessions add up to. */
export async function checkRollups(database: Database): Promise<Finding> {
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
