import type { CourseSummary, LearnerStatus, Quartiles } from '../../core/index.js';
import { stackedBar } from '../charts/index.js';
import { html, type Markup } from '../markup.js';
import { amount, count, duration, percentText, score } from './format.js';
import { countOf, STATUS_NAMES, STATUS_ORDER } from './status.js';
import { tiles } from './tiles.js';
import type { View } from './view.js';

/** The learners by status, and the sums of the course. */
export function courseFigures(summary: CourseSummary, view: View): Markup {
  const { sessionCount, totalModulesStudied, averageScore, timeStudied } = summary;
  return html`<section class="card" aria-labelledby="learners-title">
      <h2 id="learners-title">Learners by status</h2>
      ${statuses(summary, view)}
    </section>
    ${tiles([
      { name: 'Average score', value: score(averageScore), note: 'weighted by modules' },
      {
        name: 'Time studied',
        value: duration(timeStudied),
        note: perLearner(summary, 'timeStudied', duration),
      },
      { name: 'Sessions', value: amount(sessionCount), note: perLearner(summary, 'sessionCount', amount) },
      {
        name: 'Modules studied',
        value: amount(totalModulesStudied),
        note: 'with repetitions',
      },
    ])}
    ${sessionCount > 0 && quartiles(summary)}`;
}

/** Each status leads to its learners. */
function statuses(summary: CourseSummary, { links }: View): Markup {
  const { learners, inactiveAfter, moduleCount } = summary;
  const rules: Readonly<Record<LearnerStatus, string>> = {
    completed: moduleCount === null ? 'the course declares no modules' : 'studied every module',
    active: `a session in the last ${count(inactiveAfter, 'day')}`,
    inactive: `not completed, no session in the last ${count(inactiveAfter, 'day')}`,
    'not-started': 'enrolled, no session yet',
  };
  const items = STATUS_ORDER.map((status) => {
    const link = links.here({ status, cursor: undefined }, 'learners');
    const value = countOf(learners, status);
    const share = learners.total === 0 ? '' : percentText(value / learners.total);
    return html`<li>
      <a href="${link}"
        ><span class="status ${status}">${STATUS_NAMES[status]}</span>
        <span class="value">${amount(value)}</span> <span class="share">${share}</span>
        <span class="note">${rules[status]}</span> <span class="show">Show learners</span></a
      >
    </li>`;
  });
  return html`${stackedBar(STATUS_ORDER.map((status) => ({ value: countOf(learners, status), kind: status })))}
    <ul class="statuses">
      ${items}
    </ul>`;
}

type Distribution = keyof CourseSummary['perLearner'];

function perLearner(
  { perLearner: distributions }: CourseSummary,
  name: Distribution,
  show: (value: number) => Markup,
): Markup | undefined {
  const distribution = distributions[name];
  return distribution ? html`median per learner: ${show(distribution.median)}` : undefined;
}

const QUARTILES = ['Lowest', 'Lower quartile', 'Median', 'Upper quartile', 'Highest'];

/** The distribution of the figures over the learners. */
function quartiles({ perLearner: distributions }: CourseSummary): Markup {
  const rows = [
    ['Average score', distributions.averageScore, score],
    ['Time studied', distributions.timeStudied, duration],
    ['Sessions', distributions.sessionCount, amount],
  ] as const;
  return html`<details class="card fold">
    <summary><h2>Lowest, median and highest</h2></summary>
    <p class="hint">
      These figures cover the learners with a session. Half of them have values between the lower and the
      upper quartile.
    </p>
    <div class="scroll" role="group" aria-label="Lowest, median and highest" tabindex="0">
      <table class="numbers even">
        <thead>
          <tr>
            <td></td>
            ${QUARTILES.map((name) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ([name, values, show]) =>
              html`<tr>
                <th scope="row">${name}</th>
                ${quartileCells(values, show)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}

function quartileCells(values: Quartiles | null, show: (value: number) => Markup): Markup | Markup[] {
  if (!values) return html`<td colspan="5" class="none">too few learners</td>`;
  const { min, p25, median, p75, max } = values;
  return [min, p25, median, p75, max].map(
    (value, index) => html`<td data-name="${QUARTILES[index]}">${show(value)}</td>`,
  );
}
