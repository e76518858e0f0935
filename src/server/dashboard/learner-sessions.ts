import { html, type Markup } from '../markup.js';
import type { PageRequest } from '../router.js';
import { amount, count, duration, NONE, score } from './format.js';
import { argumentsOf, type View } from './view.js';

/** Sessions on a page. */
const SESSIONS_PER_PAGE = 20;
/** Module ids in a row; more are counted. */
const SHOWN = 5;

/** The sessions of a learner in a course, newest first. */
export async function sessionSection(request: PageRequest, { links, zone }: View): Promise<Markup> {
  const { stats, userId, path, query } = request;
  const page = await stats.listSessions({
    userId,
    courseId: path['courseId'],
    limit: SESSIONS_PER_PAGE,
    ...argumentsOf(query, ['cursor']),
  });
  const isFirst = !query.get('cursor');
  const rows = page.items.map(
    (session) =>
      html`<tr>
        <th scope="row" class="when">${zone.dateTime(session.completedAt)}</th>
        <td data-name="Time">${duration(session.timeStudied)}</td>
        <td data-name="Modules">${amount(session.totalModulesStudied)}</td>
        <td data-name="Score">${score(session.averageScore)}</td>
        <td class="text" data-name="Module ids">${moduleList(session.moduleIds)}</td>
      </tr>`,
  );
  return html`<section class="card" id="sessions" aria-labelledby="sessions-title">
    <h2 id="sessions-title">Sessions</h2>
    <div class="scroll" role="group" aria-labelledby="sessions-title" tabindex="0">
      <table class="numbers even pairs">
        <thead>
          <tr>
            <th scope="col">Completed</th>
            <th scope="col">Time</th>
            <th scope="col">Modules</th>
            <th scope="col">Score</th>
            <th scope="col" class="text">Module ids</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    ${
      !(isFirst && page.next === null) &&
      html`<div class="pages">
        <ul>
          ${!isFirst && html`<li><a href="${links.here({ cursor: undefined }, 'sessions')}">Newest sessions</a></li>`}
          ${page.next !== null && html`<li><a href="${links.here({ cursor: page.next }, 'sessions')}" rel="next">Older sessions</a></li>`}
        </ul>
      </div>`
    }
  </section>`;
}

function moduleList(moduleIds: readonly string[]): Markup | string {
  if (moduleIds.length === 0) return NONE;
  const rest = moduleIds.length - SHOWN;
  return `${moduleIds.slice(0, SHOWN).join(', ')}${rest > 0 ? ` and ${count(rest, 'more module')}` : ''}`;
}
