import { CSV_LISTS, type Roster } from '../../core/index.js';
import { csvHeader, csvLine } from '../../core/model/csv.js';
import { MAX_LIMIT } from '../../core/model/pagination.js';
import { BYTE_ORDER_MARK, spreadsheetCell } from '../../core/model/spreadsheet.js';
import type { HttpResponse } from '../response.js';
import type { PageRequest } from '../router.js';
import { rosterCall } from './roster.js';

/** Learners in a file, about 20 MB. */
const MAX_ROWS = 100_000;
const { columns } = CSV_LISTS.listLearners;

/**
 * The learners that a course's page shows, in the same order, for a spreadsheet: those of one page, or without `limit` those
 * of all pages.
 */
export async function rosterFile(request: PageRequest): Promise<HttpResponse> {
  const { stats, query } = request;
  const call = rosterCall(request);
  const limit = query.get('limit');
  const size = limit === null ? MAX_LIMIT : Number(limit);
  const parts: string[] = [];
  let cursor = call['cursor'];
  for (let rows = 0; rows < MAX_ROWS; rows += size) {
    const page: Roster = await stats.listLearners({
      ...call,
      ...(cursor !== undefined && { cursor }),
      limit: size,
    });
    parts.push(...page.items.map((row) => csvLine(columns, row, spreadsheetCell)));
    if (limit !== null || page.next === null) break;
    cursor = page.next;
  }
  return {
    status: 200,
    type: 'text/csv; charset=utf-8; header=present',
    headers: {
      'Content-Disposition': 'attachment; filename="learners.csv"',
      'Cache-Control': 'private, no-cache',
    },
    body: BYTE_ORDER_MARK + csvHeader(columns) + parts.join(''),
    format: String,
  };
}
