import { CSV_LISTS, type Roster } from '../../core/index.js';
import { csvHeader, csvLine } from '../../core/model/csv.js';
import { MAX_LIMIT } from '../../core/model/pagination.js';
import { BYTE_ORDER_MARK, spreadsheetCell } from '../../core/model/spreadsheet.js';
import { grouped } from '../../core/model/validation.js';
import { svg as html } from '../markup.js';
import type { HttpResponse } from '../response.js';
import type { PageRequest } from '../router.js';
import { pageResponse } from './document.js';
import { Links } from './links.js';
import { rosterCall } from './roster.js';

/** Learners in a file, about 20 MB. */
const MAX_ROWS = 100_000;
const { columns } = CSV_LISTS.listLearners;

/**
 * The learners that a course's page shows, in the same order, for a spreadsheet: those of one page, or without `limit` those
 * of all pages.
 */
export async function rosterFile(request: PageRequest, maxRows = MAX_ROWS): Promise<HttpResponse> {
  const { stats, query, isClosed } = request;
  const call = rosterCall(request);
  const limit = query.get('limit');
  const size = limit === null ? MAX_LIMIT : Number(limit);
  const rows: string[] = [];
  let { cursor } = call;
  do {
    const next = cursor === undefined ? {} : { cursor };
    const page: Roster = await stats.listLearners({ ...call, ...next, limit: size });
    rows.push(...page.items.map((row) => csvLine(columns, row, spreadsheetCell)));
    if (rows.length > maxRows) return tooLong(request, maxRows);
    cursor = limit === null ? (page.next ?? undefined) : undefined;
  } while (cursor !== undefined && !isClosed());
  return {
    status: 200,
    type: 'text/csv; charset=utf-8; header=present',
    headers: {
      'Content-Disposition': 'attachment; filename="learners.csv"',
      'Cache-Control': 'private, no-store',
    },
    body: BYTE_ORDER_MARK + csvHeader(columns) + rows.join(''),
    format: String,
  };
}

/** The page instead of the file, for a reader who has followed the link to it. */
function tooLong({ caller, pathname, query, path }: PageRequest, maxRows: number): HttpResponse {
  const links = new Links(pathname, query);
  return pageResponse({
    links,
    caller,
    title: 'The list is too long',
    current: 'courses',
    status: 400,
    content: html`<div class="card problem">
      <p class="lead">It has more than ${grouped(maxRows)} learners.</p>
      <p>Filter it, or run <code>stats-service roster --csv</code>.</p>
      <p>
        <a class="button" href="${links.to(`/courses/${path['courseId']}`)}#learners">Go to the course</a>
      </p>
    </div>`,
  });
}
