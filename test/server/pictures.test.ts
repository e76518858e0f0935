import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY, toInstant } from '../../src/core/model/time.js';
import {
  FILE_STYLE,
  heatMap,
  heatMapStart,
  histogram,
  MEASURES,
  progressBar,
  sparkline,
  stackedBar,
  toSeries,
} from '../../src/server/charts/index.js';
import { assertNoOverlap, barsOf, labelsOf, textsOf } from '../support/pictures.js';

const HOSTILE = `</text><script>alert("1")</script>&'\u0000`;

/** Draws counts of ranges of ten percent. */
function ofProgress(counts: readonly number[], width: number) {
  const ranges = counts.map((count, index) => ({ name: `${index}0%`, count }));
  const borders = Array.from({ length: counts.length + 1 }, (_, index) => `${index * 10}%`);
  return histogram({ heading: 'Learners', sentence: 'Ten ranges.', ranges, borders }, { width });
}

test('A histogram has its bars between their borders, as high as their counts', () => {
  const counts = [7, 0, 1, 1, 5, 4, 16, 7, 3, 16];
  for (const width of [240, 300, 516, 1_078]) {
    const picture = ofProgress(counts, width);
    assertNoOverlap(picture, width);
    const labels = labelsOf(picture);
    const percents = labels.filter(({ label }) => label.endsWith('%'));
    const shown = percents.map(({ label }) => label);
    const step = 100 / (shown.length - 1);
    assert.deepEqual(
      shown,
      shown.map((_, index) => `${index * step}%`),
    );
    assert.ok(percents.every(({ anchor }) => anchor === 'middle'));
    const [first = 0, last = 0] = [percents[0]?.x, percents.at(-1)?.x];
    const ticks = labels.filter(({ label }) => /^\d+$/.test(label));
    assert.deepEqual(
      ticks.map(({ label }) => label),
      ['0', '5', '10', '15', '20'],
    );
    const unit = ((ticks[0]?.y ?? 0) - (ticks[4]?.y ?? 0)) / 20;
    const drawn = counts.map((count, index) => ({ count, index })).filter(({ count }) => count > 0);
    const bars = barsOf(picture);
    assert.equal(bars.length, drawn.length);
    for (const [position, { count, index }] of drawn.entries()) {
      const { x, width: size, height } = bars[position] ?? { x: 0, width: 0, height: 0 };
      assert.ok(Math.abs(height - count * unit) <= 0.2, `${height} of ${count}`);
      const [left, right] = [index, index + 1].map((border) => first + ((last - first) * border) / 10);
      assert.ok(x > (left ?? 0) && x + size < (right ?? 0) && size > 10, `${x} at ${index}`);
    }
    const texts = textsOf(picture, 'title');
    assert.deepEqual(texts, ['Ten ranges.', ...counts.map((count, index) => `${index}0%: ${count}`)]);
  }
});

test('A histogram of nothing, of one value, of huge counts and of hostile text', () => {
  assert.deepEqual(barsOf(ofProgress([0, 0, 0], 300)), []);
  assert.equal(barsOf(ofProgress([1], 300)).length, 1);
  const huge = ofProgress([999_999_999, 1, 12_345_678, 0, 0, 0, 0, 0, 0, 5], 300);
  assertNoOverlap(huge, 300);
  assert.ok(textsOf(huge).includes('1,000,000,000'));
  // A count of one among many is still seen.
  assert.ok(barsOf(huge).every(({ height }) => height >= 1.5));
  const ranges = [{ name: HOSTILE, count: 1 }];
  const hostile = { heading: HOSTILE, sentence: HOSTILE, ranges, borders: [HOSTILE, HOSTILE] };
  const { text } = histogram(hostile, { width: 300 });
  assert.ok(!/<script|"1"|\0/.test(text));
  assert.equal(text.match(/&lt;script&gt;/g)?.length, 5);
});

/** Returns the places of the cells of a heat map by their class. */
function cellsOf({ text }: { readonly text: string }) {
  return Array.from(
    text.matchAll(/<rect class="level-(\d)" x="(\d+)" y="(\d+)"[^>]*>(?:<title>([^<]*)<\/title>)?/g),
    ([, level, x, y, title]) => ({ level: Number(level), x: Number(x), y: Number(y), title }),
  );
}

test('A heat map has a column per week, a level per quarter of the days, and marks today', () => {
  const today = '2026-11-25';
  const start = heatMapStart(today);
  assert.equal(toInstant(start), '2025-11-24T00:00:00.000Z');
  const dateOf = (index: number) => toInstant(start + index * DAY).slice(0, 10);
  const values = [
    [0, 1],
    [8, 1_000_000],
    [300, 3],
    [366, 2],
  ] as const;
  const days = values.map(([index, value]) => ({ date: dateOf(index), value, text: `Day ${index}` }));
  const picture = heatMap(days, today, 'Four days.');
  assert.equal(textsOf(picture, 'title')[0], 'Four days.');
  const [size = 0] = /width="(\d+)"/.exec(picture.text)?.slice(1).map(Number) ?? [];
  const cells = cellsOf(picture);
  const shown = cells.filter(({ title }) => title !== undefined);
  const [origin] = shown;
  assert.deepEqual(
    shown.map(({ level, title, x, y }) => [
      title,
      level,
      (x - (origin?.x ?? 0)) / 15,
      (y - (origin?.y ?? 0)) / 15,
    ]),
    [
      ['Day 0', 1, 0, 0],
      ['Day 8', 4, 1, 1],
      ['Day 300', 3, 42, 6],
      ['Day 366', 2, 52, 2],
    ],
  );
  const [, empty = ''] = /class="level-0" d="([^"]+)"/.exec(picture.text) ?? [];
  assert.equal(empty.match(/M/g)?.length, 367 - values.length);
  // The days and the legend mark today in the same way.
  const marked = Array.from(picture.text.matchAll(/class="today" d="M([\d.]+) ([\d.]+)/g), ([, x, y]) => [
    Number(x) - 0.75,
    Number(y) - 0.75,
  ]);
  const last = shown.at(-1);
  assert.deepEqual(marked[0], [last?.x, last?.y]);
  assert.equal(marked.length, 2);
  const legend = cells.filter(({ title, y }) => title === undefined && y === marked[1]?.[1]);
  assert.deepEqual(
    legend.map(({ level }) => level),
    [0, 0, 1, 2, 3, 4],
  );
  assertNoOverlap(picture, size);
  assert.deepEqual(
    labelsOf(picture)
      .filter(({ y }) => y < 20)
      .map(({ label }) => label),
    ['Dec 2025', 'Jan 2026', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov'],
  );
});

test('A heat map of nothing, of equal values on a Sunday in a leap year, and of hostile text', () => {
  assert.ok(cellsOf(heatMap([], '2026-11-23', 'None.')).every(({ title }) => title === undefined));
  const equal = ['2028-02-28', '2028-02-29', '2028-12-31'].map((date) => ({ date, value: 5, text: date }));
  const cells = cellsOf(heatMap(equal, '2028-12-31', 'Three.')).filter(({ title }) => title !== undefined);
  assert.deepEqual(
    cells.map(({ level }) => level),
    [4, 4, 4],
  );
  assert.deepEqual([cells[0]?.x === cells[1]?.x, (cells[1]?.y ?? 0) - (cells[0]?.y ?? 0)], [true, 15]);
  const { text } = heatMap([{ date: '2028-12-31', value: 1, text: HOSTILE }], '2028-12-31', HOSTILE);
  assert.ok(!/<script|\0/.test(text));
});

/** Draws counts per week, of which the last is the current one. */
function weekly(values: readonly number[]) {
  const now = Date.parse('2026-11-25T10:00:00Z');
  const monday = Date.parse('2026-11-23');
  const items = values.map((value, index) => ({
    start: toInstant(monday - (values.length - 1 - index) * 7 * DAY).replace('.000Z', '+00:00'),
    value,
  }));
  const series = toSeries({ interval: 'week', timeZone: 'UTC', items, now });
  return sparkline(series, MEASURES.activeLearners, FILE_STYLE);
}

test('A sparkline has a bar per value up to the full height, and marks the week that is not over', () => {
  const picture = weekly([10, 0, 40, 20, 5]);
  const bars = barsOf(picture);
  assert.deepEqual(
    bars.map(({ height }) => height / 30),
    [0.25, 1, 0.5],
  );
  assert.deepEqual(
    bars.map(({ x, width }) => Math.floor((x + width / 2) / 24)),
    [0, 2, 3],
  );
  assert.equal(barsOf(picture, 'part').length, 1);
  assert.equal(
    textsOf(picture, 'title')[0],
    'Active learners per week, 26 Oct to 23 Nov 2026: between 0 and 40, 20 in the last complete week; this week so far: 5.',
  );
  assert.match(textsOf(picture, 'desc')[0] ?? '', /^26 Oct 2026: 10; .* \(this week so far\): 5$/);
  assert.ok(picture.text.includes('<style>'));
  assert.match(textsOf(weekly([0, 0]), 'title')[0] ?? '', /no active learners\.$/);
  assert.deepEqual(barsOf(weekly([0, 0])), []);
  assert.equal(barsOf(weekly([1]), 'part').length, 1);
  assert.deepEqual(
    barsOf(weekly([1_000_000_000, 1, 0])).map(({ height }) => height),
    [30, 1.5],
  );
});

test('The bars of shares and parts are as long as their values', () => {
  const widths = [0, 1 / 3, 1].map((share) => /width="([^"]+)" height/.exec(progressBar(share).text)?.[1]);
  assert.deepEqual(widths, ['0%', '33.33%', '100%']);
  const parts = [3, 0, 1, 4].map((value, index) => ({ value, kind: `kind-${index}` }));
  const drawn = Array.from(
    stackedBar(parts).text.matchAll(/class="(kind-\d)" x="([\d.]+)%" width="([\d.]+)%"/g),
    ([, kind, x, width]) => [kind, Number(x), Number(width)],
  );
  assert.deepEqual(drawn, [
    ['kind-0', 0, 37.5],
    ['kind-2', 37.5, 12.5],
    ['kind-3', 50, 50],
  ]);
  assert.equal(stackedBar(parts).text.match(/class="gap"/g)?.length, 2);
  assert.equal(stackedBar([{ value: 0, kind: 'none' }]).text, '');
});
