import { CSV_LISTS, type Roster, type RosterRow } from '../../core/index.js';
import { csvHeader, csvLine } from '../../core/model/csv.js';
import { MAX_LIMIT } from '../../core/model/pagination.js';
import { BYTE_ORDER_MARK, spreadsheetCell } from '../../core/model/spreadsheet.js';
import { grouped } from '../../core/model/validation.js';
import { html } from '../markup.js';
import type { HttpResponse } from '../response.js';
import type { PageRequest } from '../router.js';
import { pageResponse } from './document.js';
import { Links } from './links.js';
import { rosterCall } from './roster.js';

/** Learners in a file, which is in memory while it is read: up to a few megabytes. */
const MAX_ROWS = 20_000;
const { columns } = CSV_LISTS.listLearners;

/**
 * Returns the learners of a course's page as a file for a spreadsheet, in the same order. With `limit` it has one page of
 * the list, without it all pages.
 */
export async function rosterFile(request: PageRequest, maxRows = MAX_ROWS): Promise<HttpResponse> {
  const { stats, query } = request;
  const call = rosterCall(request);
  const limit = query.get('limit');
  const rows =
    limit === null
      ? await readAll(request, call, maxRows)
      : (await stats.listLearners({ ...call, limit: Number(limit) })).items;
  if (rows.length > maxRows) return tooLong(request, maxRows);
  return {
    status: 200,
    type: 'text/csv; charset=utf-8; header=present',
    headers: {
      'Content-Disposition': 'attachment; filename="learners.csv"',
      'Cache-Control': 'private, no-store',
    },
    body:
      BYTE_ORDER_MARK +
      csvHeader(columns) +
      rows.map((row) => csvLine(columns, row, spreadsheetCell)).join(''),
    format: String,
  };
}

/** The figures that change when a learner studies. */
const CHANGING = ['lastCompletedAt', 'progress', 'averageScore', 'timeStudied', 'sessionCount'] as const;

/**
 * Reads all pages of the list. A list by a changing figure is read by id and sorted afterwards. Otherwise, a learner who
 * studies meanwhile could be missing, or be there twice.
 */
async function readAll(
  { stats, isClosed }: PageRequest,
  call: Record<string, unknown>,
  maxRows: number,
): Promise<readonly RosterRow[]> {
  const figure = CHANGING.find((name) => name === call['sort']);
  const rows: RosterRow[] = [];
  let cursor: string | undefined;
  do {
    const sort = figure === undefined ? call['sort'] : 'userId';
    const page: Roster = await stats.listLearners({ ...call, sort, cursor, limit: MAX_LIMIT });
    rows.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && rows.length <= maxRows && !isClosed());
  return figure === undefined ? rows : rows.toSorted(inOrder(figure, call['order'] === 'desc'));
}

/** The order of a roster: missing values last, and equal ones by id. */
function inOrder(figure: (typeof CHANGING)[number], isDescending: boolean) {
  return (a: RosterRow, b: RosterRow) => {
    const [first, second] = [a[figure], b[figure]];
    if (first === second) return a.userId < b.userId ? -1 : 1;
    if (first === null || second === null) return first === null ? 1 : -1;
    return first < second === isDescending ? 1 : -1;
  };
}

/** The page instead of the file, for a reader who has followed the link to it. */
function tooLong({ assets, caller, pathname, query, path }: PageRequest, maxRows: number): HttpResponse {
  const links = new Links(assets, pathname, query);
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
