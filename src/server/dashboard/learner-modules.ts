import type { Course, LifetimeStats } from '../../core/index.js';
import { grouped } from '../../core/model/validation.js';
import { html, type Markup } from '../markup.js';
import type { PageRequest } from '../router.js';
import { amount, count, NONE } from './format.js';
import type { View } from './view.js';

/** Sessions per call, because each can have a thousand module ids. */
const SESSIONS_PER_READ = 200;
/** Maximum number of calls per learner; beyond it, the page says that the counts are partial. */
const MAX_PAGES = 25;
/** More modules are in a list to unfold. */
const SHOWN = 30;

interface Studied {
  sessions: number;
  readonly last: string;
}

/** The modules of a course, and in how many sessions a learner has studied each. */
export async function moduleSection(
  request: PageRequest,
  { zone }: View,
  { moduleIds }: Course,
  { distinctModulesStudied }: Pick<LifetimeStats, 'distinctModulesStudied'>,
): Promise<Markup | false> {
  if (moduleIds.length === 0 && distinctModulesStudied === 0) return false;
  const { modules, isWhole } = await readModules(request);
  // The stats count the modules of all sessions.
  const hasAll = isWhole || modules.size >= distinctModulesStudied;
  const declared = new Set(moduleIds);
  const others = Array.from(modules.keys())
    .filter((moduleId) => !declared.has(moduleId))
    .toSorted();
  const rows = [...moduleIds, ...others].map((moduleId) => {
    const studied = modules.get(moduleId);
    const isDeclared = declared.has(moduleId);
    return html`<tr>
      <th scope="row" class="text">
        ${moduleId}${!isDeclared && moduleIds.length > 0 && html` <small>not in the course</small>`}
      </th>
      <td class="state" data-name="State">
        ${studied ? html`<span class="check">Studied</span>` : hasAll ? html`<span class="none">Not yet</span>` : NONE}
      </td>
      <td data-name="Sessions">${studied ? amount(studied.sessions) : NONE}</td>
      <td data-name="Last session">${studied ? zone.date(studied.last) : NONE}</td>
    </tr>`;
  });
  const rest = rows.slice(SHOWN);
  return html`<section class="card" aria-labelledby="modules-title">
    <h2 id="modules-title">Modules</h2>
    ${
      !isWhole &&
      html`<p class="hint">
        Counted over the last ${grouped(MAX_PAGES * SESSIONS_PER_READ)}
        sessions.${!hasAll && ' A module without a state may be of an earlier session.'}
      </p>`
    }
    ${moduleTable(rows.slice(0, SHOWN))}
    ${
      rest.length > 0 &&
      html`<details>
        <summary>Show ${count(rest.length, 'more module')}</summary>
        ${moduleTable(rest)}
      </details>`
    }
  </section>`;
}

function moduleTable(rows: readonly Markup[]): Markup {
  return html`<div class="scroll" role="group" aria-labelledby="modules-title" tabindex="0">
    <table class="numbers even pairs">
      <thead>
        <tr>
          <th scope="col">Module</th>
          <th scope="col" class="state">State</th>
          <th scope="col">Sessions</th>
          <th scope="col">Last session</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

async function readModules({ stats, userId, path }: PageRequest) {
  const modules = new Map<string, Studied>();
  let next: string | null | undefined;
  for (let page = 0; page < MAX_PAGES && next !== null; page++) {
    const cursor = next === undefined ? {} : { cursor: next };
    const sessions = await stats.listSessions({
      userId,
      courseId: path['courseId'],
      limit: SESSIONS_PER_READ,
      ...cursor,
    });
    for (const { moduleIds, completedAt } of sessions.items) {
      for (const moduleId of moduleIds) {
        const studied = modules.get(moduleId);
        // The newest session comes first.
        if (studied) studied.sessions++;
        else modules.set(moduleId, { sessions: 1, last: completedAt });
      }
    }
    ({ next } = sessions);
  }
  return { modules, isWhole: next === null };
}
