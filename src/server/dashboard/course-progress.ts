import type { CourseSummary } from '../../core/index.js';
import { shareOf } from '../../core/model/scale.js';
import { svg as html, type Markup } from '../markup.js';
import { shareBar } from './bars.js';
import { amount, count } from './format.js';

/** The learners by progress. The table itself is the chart. */
export function courseProgress({ progressHistogram, learners, moduleCount }: CourseSummary): Markup {
  const content =
    moduleCount === null
      ? html`<p class="empty">
          The course declares no modules, so there is no progress to show. Set its <code>moduleIds</code> to
          measure it.
        </p>`
      : histogram(progressHistogram, learners.completed);
  return html`<section class="card" aria-labelledby="progress-title">
    <h2 id="progress-title">Progress</h2>
    ${content}
  </section>`;
}

function histogram(buckets: readonly number[], completed: number): Markup {
  const share = shareOf(buckets);
  const rows = buckets.map((learners, index) => {
    const [low, high] = [index * 10, (index + 1) * 10];
    const name = high === 100 ? `${low}–100%` : `${low}–${high - 1}%`;
    return html`<tr>
      <th scope="row">${name}</th>
      <td class="bar">${shareBar(share(learners))}</td>
      <td>${amount(learners)}</td>
    </tr>`;
  });
  const total = buckets.reduce((sum, learners) => sum + learners, 0);
  return html`<figure>
    <figcaption>
      ${count(completed, 'learner')} of ${total.toLocaleString('en-US')} ${completed === 1 ? 'has' : 'have'}
      studied every module.
    </figcaption>
    <table class="numbers bars">
      <thead>
        <tr>
          <th scope="col">Progress</th>
          <td></td>
          <th scope="col">Learners</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </figure>`;
}
