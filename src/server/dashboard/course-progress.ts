import type { CourseSummary } from '../../core/index.js';
import { grouped } from '../../core/model/validation.js';
import { histogram } from '../charts/index.js';
import { html, type Markup } from '../markup.js';
import { dataTable, pictures } from './chart-figure.js';
import { amount, count } from './format.js';

/** The learners by progress. */
export function courseProgress({ progressHistogram, learners, moduleCount }: CourseSummary): Markup {
  const content =
    moduleCount === null
      ? html`<p class="empty">
          The course declares no modules, so there is no progress to show. Set its <code>moduleIds</code> to
          measure it.
        </p>`
      : progressFigure(progressHistogram, learners);
  return html`<section class="card" aria-labelledby="progress-title">
    <h2 id="progress-title">Progress</h2>
    ${content}
  </section>`;
}

function progressFigure(counts: readonly number[], { total, completed }: CourseSummary['learners']): Markup {
  const percentAt = (border: number) => Math.round((border * 100) / counts.length);
  const ranges = counts.map((learners, index) => {
    const [low, high] = [percentAt(index), percentAt(index + 1)];
    return { name: high === 100 ? `${low}–100%` : `${low}–${high - 1}%`, count: learners };
  });
  const borders = [...ranges.keys(), ranges.length].map((border) => `${percentAt(border)}%`);
  const low = counts.slice(0, counts.length / 2).reduce((sum, learners) => sum + learners, 0);
  const sentence = `Of ${count(total, 'learner')}, ${have(completed)} studied every module, and ${have(low)} studied less than half of the modules.`;
  return html`<figure>
    ${pictures(['narrow', 'half', 'medium'], (width) => histogram({ heading: 'Learners by progress', sentence, ranges, borders }, { width }))}
    <figcaption>${sentence}</figcaption>
    ${dataTable(
      'Show the numbers',
      ['Progress', 'Learners'],
      ranges.map(({ name, count: learners }) => [name, amount(learners)]),
    )}
  </figure>`;
}

function have(learners: number): string {
  return `${grouped(learners)} ${learners === 1 ? 'has' : 'have'}`;
}
