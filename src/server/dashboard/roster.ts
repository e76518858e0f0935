import type {
  CourseSummary,
  LearnerStatus,
  Roster,
  RosterRow,
  RosterSort,
  SortOrder,
} from '../../core/index.js';
import { STATUSES } from '../../core/model/course-status.js';
import { MAX_DISPLAY_NAME, MAX_GROUP_NAME } from '../../core/model/enrolment.js';
import { progressBar } from '../charts/index.js';
import { html, type Markup } from '../markup.js';
import type { PageRequest } from '../router.js';
import { amount, count, duration, NONE, percent, score } from './format.js';
import { STATUS_NAMES, statusBadge } from './status.js';
import { argumentsOf, type View } from './view.js';

/** Learners on a page, so that it stays small. */
const ROSTER_PAGE = 50;

const FILTERS = ['status', 'group', 'search'];
const WITHOUT_FILTERS = { status: undefined, group: undefined, search: undefined, cursor: undefined };
const ROSTER_PARAMETERS = [...FILTERS, 'sort', 'order', 'inactiveAfter', 'cursor'];

/** By name, because teachers know learners by name. */
export function rosterCall({ path, query }: PageRequest): Record<string, unknown> {
  return { sort: 'displayName', ...argumentsOf(query, ROSTER_PARAMETERS), courseId: path['courseId'] };
}

export function readRoster(request: PageRequest): Promise<Roster> {
  return request.stats.listLearners({ ...rosterCall(request), limit: ROSTER_PAGE });
}

export function rosterSection(
  query: URLSearchParams,
  view: View,
  roster: Roster,
  { courseId, learners }: CourseSummary,
): Markup {
  const isFiltered = FILTERS.some((name) => (query.get(name) ?? '') !== '');
  const content =
    roster.items.length > 0
      ? table(view, query, courseId, roster)
      : html`<p class="empty">${emptyText(query, isFiltered, view)}</p>`;
  return html`<section class="card" id="learners" aria-labelledby="roster-title">
    <h2 id="roster-title">Learners</h2>
    ${learners.total > 0 && filterForm(view, query, roster, isFiltered)} ${content}
    ${roster.items.length > 0 && pages(view, query, courseId, roster)}
  </section>`;
}

function emptyText(query: URLSearchParams, isFiltered: boolean, { links }: View): Markup {
  if (query.get('cursor')) {
    const first = links.here({ cursor: undefined }, 'learners');
    return html`There are no more learners. <a href="${first}">First page</a>`;
  }
  if (isFiltered) {
    const all = links.here(WITHOUT_FILTERS, 'learners');
    return html`${noMatch(query)} <a href="${all}">Show all learners</a>`;
  }
  return html`The course has no learners. Enrol learners with <code>stats-service enrol</code> or
    <code>import --enrolments</code>, or record a session.`;
}

/** Names the filters. The form suggests only the groups of the page, so a group may have been typed. */
function noMatch(query: URLSearchParams): Markup {
  const [search, group] = [query.get('search'), query.get('group')];
  const status = STATUSES.find((each) => each === query.get('status'));
  const begin = search && html`begins with “<bdi>${search}</bdi>”`;
  if (begin && !group && !status) return html`No learner’s name or id ${begin}.`;
  return html`There is no
  learner${status && ` with the status ${STATUS_NAMES[status]}`}${
    group && html` in the group “<bdi>${group}</bdi>”`
  }${begin && html` whose name or id ${begin}`}.
  ${group && 'Write the whole name of the group, with its capital letters.'}`;
}

function filterForm({ links }: View, query: URLSearchParams, roster: Roster, isFiltered: boolean): Markup {
  const groups = Array.from(new Set(roster.items.flatMap((row) => row.groups))).toSorted();
  const status = query.get('status') ?? '';
  const option = (value: LearnerStatus | '', name: string) =>
    html`<option value="${value}" ${value === status && html` selected="selected"`}>${name}</option>`;
  return html`<form class="filter" method="get" action="#learners" role="search">
    ${links.hidden([...FILTERS, 'inactiveAfter'])}
    <label
      >Name or id begins with
      <input
        type="search"
        name="search"
        value="${query.get('search')}"
        maxlength="${MAX_DISPLAY_NAME}"
        autocomplete="off"
    /></label>
    <label
      >Status
      <select name="status">
        ${option('', 'All')}${STATUSES.map((each) => option(each, STATUS_NAMES[each]))}
      </select></label
    >
    <label
      >Group
      <input
        name="group"
        value="${query.get('group')}"
        list="groups"
        maxlength="${MAX_GROUP_NAME}"
        autocomplete="off"
    /></label>
    <datalist id="groups">${groups.map((group) => html`<option value="${group}"></option>`)}</datalist>
    <label
      >Inactive after
      <span class="unit"
        ><input
          type="number"
          name="inactiveAfter"
          value="${roster.inactiveAfter}"
          min="1"
          max="365"
          required="required"
        />
        days</span
      ></label
    >
    <button>Filter</button>
    ${isFiltered && html`<a href="${links.here(WITHOUT_FILTERS, 'learners')}">Show all</a>`}
  </form>`;
}

/** The columns that sort, and the order of their first click. */
const COLUMNS: readonly (readonly [name: string, sort?: RosterSort, order?: SortOrder])[] = [
  ['Name', 'displayName', 'asc'],
  ['Status'],
  ['Progress', 'progress', 'desc'],
  ['Last session', 'lastCompletedAt', 'desc'],
  ['Sessions', 'sessionCount', 'desc'],
  ['Time', 'timeStudied', 'desc'],
  ['Score', 'averageScore', 'desc'],
  ['Groups'],
];
const NUMBERS = new Set(['Sessions', 'Time', 'Score']);

function table(view: View, query: URLSearchParams, courseId: string, { items }: Roster): Markup {
  return html`<div class="scroll" role="group" aria-labelledby="roster-title" tabindex="0">
    <table class="roster">
      <thead>
        <tr>
          ${COLUMNS.map(([name, sort, order]) => columnHeading(view, query, name, sort, order))}
        </tr>
      </thead>
      <tbody>
        ${items.map((row) => rosterRow(row, courseId, view))}
      </tbody>
    </table>
  </div>`;
}

function columnHeading(
  { links }: View,
  query: URLSearchParams,
  name: string,
  sort?: RosterSort,
  first?: SortOrder,
) {
  const type = NUMBERS.has(name) ? 'number' : 'text';
  if (!sort) return html`<th scope="col" class="${type}">${name}</th>`;
  const isSorted = (query.get('sort') || 'displayName') === sort;
  const current = query.get('order') || 'asc';
  const order = isSorted ? (current === 'asc' ? 'desc' : 'asc') : first;
  const state = isSorted && html` aria-sort="${current === 'asc' ? 'ascending' : 'descending'}"`;
  const link = links.here({ sort, order, cursor: undefined }, 'learners');
  return html`<th scope="col" class="${type}" ${state}><a href="${link}">${name}</a></th>`;
}

function rosterRow(row: RosterRow, courseId: string, { links, zone }: View): Markup {
  const { userId, displayName, groups, status, progress, lastCompletedAt } = row;
  const link = links.to(`/courses/${courseId}/learners/${userId}`);
  return html`<tr>
    <th scope="row">
      <a href="${link}"><bdi>${displayName ?? userId}</bdi></a>
    </th>
    <td>${statusBadge(status)}</td>
    <td class="progress" data-name="Progress">
      ${progress === null ? NONE : html`${progressBar(progress)} ${percent(progress)}`}
    </td>
    <td class="last" data-name="Last session">
      ${lastCompletedAt === null ? NONE : html`${zone.date(lastCompletedAt)} <small>${zone.ago(lastCompletedAt)}</small>`}
    </td>
    <td class="number" data-name="Sessions">${amount(row.sessionCount)}</td>
    <td class="number" data-name="Time">${duration(row.timeStudied)}</td>
    <td class="number" data-name="Score">${score(row.averageScore)}</td>
    <td class="groups">
      ${groups.map(
        (group) =>
          html`<a href="${links.here({ group, cursor: undefined }, 'learners')}"><bdi>${group}</bdi></a> `,
      )}
    </td>
  </tr>`;
}

/** The links to the other pages, and to the same rows as files. */
function pages(view: View, query: URLSearchParams, courseId: string, { items, next, asOf }: Roster): Markup {
  const { links, zone } = view;
  const isFirst = !query.get('cursor');
  const isWhole = isFirst && next === null;
  const parameters = Object.fromEntries(
    ROSTER_PARAMETERS.map((name) => [name, query.get(name) || undefined] as const),
  );
  const file = (changes: object) =>
    links.to(`/courses/${courseId}/learners.csv`, { ...parameters, ...changes });
  const all = { cursor: undefined };
  return html`<div class="pages">
    <p class="hint">
      ${isWhole ? count(items.length, 'learner') : `${count(items.length, 'learner')} on this page`}, as of
      ${zone.dateTime(asOf)}
    </p>
    <ul>
      ${!isFirst && html`<li><a href="${links.here(all, 'learners')}">First page</a></li>`}
      ${next !== null && html`<li><a href="${links.here({ cursor: next }, 'learners')}" rel="next">Next page</a></li>`}
      <li>
        <a href="${file({ limit: ROSTER_PAGE })}">${isWhole ? 'Download CSV' : 'CSV of this page'}</a>
      </li>
      ${!isWhole && html`<li><a href="${file(all)}">CSV of all pages</a></li>`}
    </ul>
  </div>`;
}
