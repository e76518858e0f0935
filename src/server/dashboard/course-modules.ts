import type { CourseSummary } from '../../core/index.js';
import { shareOf } from '../../core/model/scale.js';
import { grouped } from '../../core/model/validation.js';
import { progressBar } from '../charts/index.js';
import { html, type Markup } from '../markup.js';
import { amount, count } from './format.js';

type Module = CourseSummary['modules'][number];

/** More modules are in a list to unfold. */
const SHOWN = 15;

/** The learners by module. The table itself is the chart. */
export function courseModules({ modules }: CourseSummary): Markup {
  const content =
    modules.length === 0
      ? html`<p class="empty">
          No session names its modules. Send <code>moduleIds</code> with the sessions to see where learners
          stop.
        </p>`
      : html`<figure>
          <figcaption>${sentence(modules)}</figcaption>
          ${table(modules.slice(0, SHOWN), modules)}${
            modules.length > SHOWN &&
            html`<details>
              <summary>Show ${count(modules.length - SHOWN, 'more module')}</summary>
              ${table(modules.slice(SHOWN), modules)}
            </details>`
          }
        </figure>`;
  return html`<section class="card" aria-labelledby="modules-title">
    <h2 id="modules-title">Learners by module</h2>
    ${content}
  </section>`;
}

function table(shown: readonly Module[], modules: readonly Module[]): Markup {
  const share = shareOf(modules.map(({ learners }) => learners));
  return html`<table class="numbers bars">
    <thead>
      <tr>
        <th scope="col">Module</th>
        <td></td>
        <th scope="col">Learners</th>
      </tr>
    </thead>
    <tbody>
      ${shown.map(
        ({ moduleId, learners }) =>
          html`<tr>
            <th scope="row" class="text">${moduleId}</th>
            <td class="bar">${progressBar(share(learners))}</td>
            <td>${amount(learners)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** Names the module after which most learners are missing. Modules are in the order of their ids, which courses mostly number. */
function sentence(modules: readonly Module[]): Markup | string {
  const drops = modules.flatMap((module, index) => {
    const before = modules[index - 1];
    return before ? { before, module, drop: before.learners - module.learners } : [];
  });
  const largest = drops.toSorted((a, b) => b.drop - a.drop)[0];
  if (!largest || largest.drop <= 0) {
    return 'In the order of their ids, no module has fewer learners than the one before it.';
  }
  const { before, module } = largest;
  return html`Largest drop: ${count(before.learners, 'learner')} studied ${before.moduleId},
    ${grouped(module.learners)} studied ${module.moduleId}.
    <small>Modules in the order of their ids.</small>`;
}
