import { CSV_LISTS, type Roster } from '../../core/index.js';
import { csvHeader, csvLine } from '../../core/model/csv.js';
import { MAX_LIMIT } from '../../core/model/pagination.js';
import { BYTE_ORDER_MARK, spreadsheetCell } from '../../core/model/spreadsheet.js';
import { grouped, invalidRequest } from '../../core/model/validation.js';
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
  if (limit === null && (await stats.getSummary({ courseId: call.courseId })).learners.total > MAX_ROWS)
    throw tooMany();
  const parts: string[] = [];
  let { cursor } = call;
  do {
    const next = cursor === undefined ? {} : { cursor };
    const page: Roster = await stats.listLearners({ ...call, ...next, limit: size });
    parts.push(...page.items.map((row) => csvLine(columns, row, spreadsheetCell)));
    cursor = limit === null ? (page.next ?? undefined) : undefined;
  } while (cursor !== undefined);
  return {
    status: 200,
    type: 'text/csv; charset=utf-8; header=present',
    headers: {
      'Content-Disposition': 'attachment; filename="learners.csv"',
      'Cache-Control': 'private, no-store',
    },
    body: BYTE_ORDER_MARK + csvHeader(columns) + parts.join(''),
    format: String,
  };
}

function tooMany() {
  const detail = `is required, because the course has more than ${grouped(MAX_ROWS)} learners; use "stats-service roster --csv"`;
  return invalidRequest([{ parameter: 'limit', detail }]);
}
