import { MEASURES, type MeasureName } from '../charts/index.js';
import { svg as html, type Markup } from '../markup.js';
import type { ChartView } from './view.js';

const INTERVALS = ['day', 'week', 'month'] as const;

interface ControlOptions {
  /** The id of the section, to which the links return. */
  readonly section: string;
  readonly measures: readonly MeasureName[];
}

/** The links and the form that choose what a chart shows. */
export function chartControls(view: ChartView, { section, measures }: ControlOptions): Markup {
  const { links, interval, from, to, measure } = view;
  return html`<div class="controls">
      <nav aria-label="Figure of the chart">
        <ul class="tabs">
          ${measures.map(
            (name) =>
              html`<li>
                <a href="${links.here({ measure: name }, section)}" ${currentIf(name === measure)}
                  >${MEASURES[name].name}</a
                >
              </li>`,
          )}
        </ul>
      </nav>
      <nav aria-label="Interval of the chart">
        <ul class="tabs">
          ${INTERVALS.map(
            (name) =>
              html`<li>
                <a href="${links.here({ interval: name }, section)}" ${currentIf(name === interval)}
                  >${name[0]?.toUpperCase()}${name.slice(1)}</a
                >
              </li>`,
          )}
        </ul>
      </nav>
    </div>
    <form class="range" method="get" action="#${section}">
      ${links.hidden(['from', 'to'])}
      <label>From <input type="date" name="from" value="${from}" /></label>
      <label>To <input type="date" name="to" value="${to}" /></label>
      <button>Show</button>
      ${(from ?? to) !== undefined && html`<a href="${links.here({ from: undefined, to: undefined }, section)}">Reset</a>`}
    </form>`;
}

function currentIf(is: boolean): Markup | false {
  return is && html` aria-current="true"`;
}
