import assert from 'node:assert/strict';
import { test } from 'node:test';
import { intervalsBetween } from '../../src/core/model/intervals.js';
import {
  FILE_STYLE,
  intervalChart,
  MEASURES,
  toSeries,
  type MeasureName,
} from '../../src/server/charts/index.js';
import { dateLabels } from '../../src/server/charts/dates.js';
import { Zone } from '../../src/server/dashboard/zone.js';
import { svg } from '../../src/server/markup.js';
import { toInstant } from '../../src/core/model/time.js';
import { assertNoOverlap, textsOf } from '../support/pictures.js';

const NOW = Date.parse('2026-11-25T10:00:00Z');

interface Request {
  readonly measure?: MeasureName;
  readonly interval?: 'day' | 'week' | 'month';
  readonly timeZone?: string;
  readonly width?: number;
  readonly from?: string;
  readonly to?: string;
}

/** Draws values of successive intervals. */
function chart(first: string, values: readonly (number | null)[], request: Request = {}) {
  const { measure = 'activeLearners', interval = 'week', timeZone = 'UTC', width = 640, from, to } = request;
  const end = new Date(first);
  if (interval === 'month') end.setUTCMonth(end.getUTCMonth() + values.length - 1);
  else end.setUTCDate(end.getUTCDate() + (values.length - 1) * { day: 1, week: 7 }[interval]);
  const range = { start: toInstant(Date.parse(first)), end: toInstant(end.getTime() + 1) };
  const starts = intervalsBetween(interval, timeZone, range);
  const items = values.map((value, index) => ({ start: starts[index]?.label ?? '', value }));
  const series = toSeries({ interval, timeZone, items, from, to, now: NOW });
  return intervalChart(series, MEASURES[measure], { width, style: FILE_STYLE });
}

test('A chart says what it shows, and marks the interval that is not over', () => {
  const weeks = chart('2026-10-05', [12, 31, 17, 20, 25, 26, 24, 9], { timeZone: 'Europe/London' });
  const range = '5 Oct to 23 Nov 2026';
  const sentence = `Active learners per week, ${range}: between 12 and 31, 24 in the last complete week; this week so far: 9.`;
  assert.equal(weeks.sentence, sentence);
  assert.deepEqual(weeks.table.heading, ['Week from', 'Active learners']);
  assert.deepEqual(weeks.table.rows.at(0), ['5 Oct 2026', '12']);
  assert.deepEqual(weeks.table.rows.at(-1), ['23 Nov 2026 (this week so far)', '9']);
  assert.equal(textsOf(weeks.picture, 'title')[0], sentence);
  assert.match(
    textsOf(weeks.picture, 'desc')[0] ?? '',
    /Europe\/London.*5 Oct 2026: 12; .*\(this week so far\): 9$/,
  );
  assert.deepEqual(textsOf(weeks.picture).slice(0, 2), [
    'Active learners per week',
    `${range} · Europe/London · Pale bar: this week so far`,
  ]);
  assert.deepEqual(textsOf(weeks.picture).slice(2, 7), ['0', '10', '20', '30', '40']);
  assert.equal(weeks.picture.text.match(/class="part"/g)?.length, 1);

  const over = chart('2026-10-05', [12, 31]);
  assert.ok(!over.picture.text.includes('Pale bar'));
  assert.ok(!over.picture.text.includes('class="part"'));
});

test('The intervals that `from` and `to` cut are marked too, and do not count as complete', () => {
  const cut = chart('2026-10-05', [1, 5, 6, 2], { from: '2026-10-07T00:00:00Z', to: '2026-10-28T00:00:00Z' });
  assert.match(cut.sentence, /between 5 and 6, 6 in the last complete week; part of the week: 2\.$/);
  assert.match(cut.picture.text, /Pale bar: part of the week</);
  const whole = chart('2026-10-05', [1, 5, 6, 2], {
    from: '2026-10-05T00:00:00Z',
    to: '2026-11-02T00:00:00Z',
  });
  assert.match(whole.sentence, /between 1 and 6, 2 in the last complete week\.$/);
  const ahead = chart('2026-11-16', [1, 5, 6], { to: '2026-12-02T00:00:00Z' });
  assert.deepEqual(
    ahead.table.rows.map(([label]) => label),
    ['16 Nov 2026', '23 Nov 2026 (this week so far)', '30 Nov 2026 (still to come)'],
  );
  // It is Wednesday, 10:00.
  const rows: readonly (readonly [range: Pick<Request, 'from' | 'to'>, label: string])[] = [
    [{ to: '2026-11-25T00:00:00Z' }, 'part of the week'],
    [{ from: '2026-11-24T00:00:00Z' }, 'part of the week'],
    [{ to: '2026-11-26T00:00:00Z' }, 'this week so far'],
    [{ to: '2026-11-30T00:00:00Z' }, 'this week so far'],
  ];
  for (const [range, label] of rows) {
    const { table } = chart('2026-11-16', [1, 5], range);
    assert.equal(table.rows.at(-1)?.[0], `23 Nov 2026 (${label})`, JSON.stringify(range));
  }
  const later = chart('2026-11-30', [null], { from: '2026-12-02T00:00:00Z' });
  assert.equal(later.table.rows[0]?.[0], '30 Nov 2026 (still to come)');
});

test('Sentences for one value, equal values, no complete interval and no value', () => {
  const sentenceOf = (...values: Parameters<typeof chart>) => chart(...values).sentence.replace(/^.*?: /, '');
  const score = { measure: 'averageScore' } as const;
  assert.equal(sentenceOf('2026-10-05', [3]), '3.');
  assert.equal(sentenceOf('2026-11-16', [3, 1]), '3 in the only complete week; this week so far: 1.');
  assert.equal(sentenceOf('2026-10-05', [1_200, 1_200]), 'always 1,200.');
  assert.equal(sentenceOf('2026-11-23', [3]), '3, this week so far.');
  assert.equal(
    sentenceOf('2026-10-05', [80, 70.126, null], score),
    'between 70.13 and 80.00, none in the last complete week.',
  );
  assert.equal(
    sentenceOf('2026-10-05', [0.85312, 1234.5678], score),
    'between 0.8531 and 1,234.57, 1,234.57 in the last complete week.',
  );
  assert.equal(sentenceOf('2026-10-05', [0, 0], score), 'always 0.00.');
  assert.equal(sentenceOf('2026-10-05', [0, 0]), 'no active learners.');
  assert.equal(sentenceOf('2026-10-05', [null, null], score), 'no scores.');
  assert.equal(chart('2026-10-05', []).sentence, 'Active learners per week: no active learners.');
  for (const values of [[0, 0], []]) {
    const { picture } = chart('2026-10-05', values);
    assert.ok(textsOf(picture).includes('No active learners'));
    assert.ok(!/class="(bar|grid)"/.test(picture.text));
  }
});

test('A line has gaps, a lone value is a dot, and the axis begins near the values', () => {
  const { picture } = chart('2026-01-05', [70, 72, null, 80, null, 75, 76], {
    measure: 'averageScore',
    width: 240,
  });
  const [, line = ''] = /class="line" d="([^"]+)"/.exec(picture.text) ?? [];
  assert.equal(line.replaceAll(/[^ML]/g, ''), 'MLMML');
  assert.deepEqual(textsOf(picture).slice(2, 6), ['70', '72.5', '75', '77.5']);
  const year = chart(
    '2020-01-06',
    Array.from({ length: 100 }, (_, index) => (index % 3 ? null : 1)),
    {
      measure: 'averageScore',
    },
  );
  assert.equal(year.picture.text.match(/class="dot"/g)?.length, 34);
});

test('Times have units at natural steps, and are rounded in the text only', () => {
  const times = { measure: 'timeStudied', interval: 'day' } as const;
  const shown = (...values: readonly number[]) => {
    const { picture, table } = chart('2026-10-05', values, times);
    return [
      table.rows.map(([, value]) => value),
      textsOf(picture)
        .slice(2)
        .filter((text) => /^(0|\d+ (h|min|s))$/.test(text)),
    ];
  };
  assert.deepEqual(shown(400, 59_999), [
    ['400 ms', '1 min'],
    ['0', '15 s', '30 s', '45 s', '60 s'],
  ]);
  assert.deepEqual(shown(0, 280_000, 3_599_600), [
    ['0 s', '4 min 40 s', '1 h'],
    ['0', '15 min', '30 min', '45 min', '60 min'],
  ]);
  assert.deepEqual(shown(3_660_000, 1_123_500_000), [
    ['1 h 1 min', '312 h 5 min'],
    ['0', '100 h', '200 h', '300 h', '400 h'],
  ]);
});

test('Dates are those of the time zone: weeks by their first day, also when the clocks change', () => {
  const { table } = chart('2026-10-12T12:00:00Z', [1, 2, 3, 4], { timeZone: 'America/Sao_Paulo' });
  const weeks = chart('2026-10-12T12:00:00Z', [1, 2, 3, 4], { timeZone: 'Europe/London' });
  assert.deepEqual(weeks.table, table);
  assert.deepEqual(
    table.rows.map(([label]) => label),
    ['12 Oct 2026', '19 Oct 2026', '26 Oct 2026', '2 Nov 2026'],
  );
  const months = chart('2025-11-15', [1, 2, 3], { interval: 'month' });
  assert.match(months.sentence, /^Active learners per month, Nov 2025 to Jan 2026: /);
  // 23:00 of 24 November in UTC is today in Tokyo.
  const day = chart('2026-11-24T23:00:00Z', [1], { interval: 'day', timeZone: 'Asia/Tokyo' });
  assert.equal(day.sentence, 'Active learners per day, 25 Nov 2026: 1, today so far.');
});

test('The text of a page names the days and months like its charts', () => {
  const zone = new Zone('Asia/Tokyo', NOW);
  const instant = '2026-09-15T23:00:00.000Z';
  const [first, last] = [Date.parse(instant), Date.parse('2026-10-04T14:59:59Z')];
  const { table } = chart(instant, [1], { interval: 'day', timeZone: zone.name });
  assert.equal(table.rows[0]?.[0], '16 Sep 2026');
  assert.equal(zone.date(instant).text, `<time datetime="${instant}">16 Sep 2026</time>`);
  assert.equal(zone.dateTime(instant).text, `<time datetime="${instant}">16 Sep 2026, 08:00</time>`);
  assert.equal(zone.weekday(first), 'Wed 16 Sep');
  assert.equal(zone.days(first, last), '16 Sep to 4 Oct');
  assert.equal(zone.days(last, last + 86_400_000), '4 to 5 Oct');
});

test('The labels of every number of intervals have room at every width', () => {
  for (const width of [240, 320, 640, 960, 2_000]) {
    for (const interval of ['day', 'week', 'month'] as const) {
      for (const count of [1, 2, 3, 7, 13, 31, 53, 100, 366, 1_000]) {
        const first = interval === 'month' ? '1970-01-20' : '2001-05-20';
        const values = Array.from({ length: count }, (_, index) => index * 997);
        const { picture } = chart(first, values, { interval, width });
        assert.ok(picture.text.length < 100_000, `${picture.text.length}`);
        assertNoOverlap(picture, width);
        const dated = textsOf(picture).filter((text) => /^(\d+ )?[A-Z][a-z]{2}$|^\d{4}$/.test(text));
        assert.ok(dated.length > 0, `${count} ${interval}s at ${width}`);
        const height = picture.text.match(/height="(\d+)" viewBox/)?.[1];
        assert.equal(height, String(128 + Math.min(Math.max(width * 0.3, 120), 320)));
      }
    }
  }
});

test('A picture of 1,000 intervals has at most 100 KB, whatever the values are', () => {
  const values = Array.from({ length: 1_000 }, (_, index) => (index % 2 ? null : 999_999.1234 / (index + 1)));
  const score = chart('1990-01-01', values, { interval: 'day', measure: 'averageScore', width: 2_000 });
  assert.ok(Buffer.byteLength(score.picture.text) <= 100_000, `${score.picture.text.length}`);
  assert.equal(score.table.rows.length, 1_000);
});

/** The relative luminance of a colour (WCAG 2.2). */
function luminanceOf(colour: string): number {
  const digits = colour.length === 4 ? colour.replaceAll(/[0-9a-f]/g, '$&$&') : colour;
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((start) => Number.parseInt(digits.slice(start, start + 2), 16) / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test('Text and marks stand out from the background, light and dark', () => {
  const { text } = FILE_STYLE;
  const [light = '', rest = ''] = text.split('@media');
  const [dark = '', rules = ''] = rest.split('}}');
  assert.match(dark, /prefers-color-scheme:dark/);
  for (const theme of [light, dark]) {
    const colourOf = (rule: string) => {
      const [, name] =
        new RegExp(`\\${rule}[^{}]*\\{[^}]*(?:fill|stroke):var\\((--[\\w-]+)`).exec(rules) ?? [];
      return new RegExp(`${name}:(#[0-9a-f]+)`).exec(theme)?.[1];
    };
    for (const [rule, least] of Object.entries({
      '.chart text': 4.5,
      '.heading': 4.5,
      '.bar': 3,
      '.line': 3,
      '.base': 3,
      '.thin': 3,
      '.today': 3,
      '.meter .fill': 3,
      '.completed': 3,
      '.active': 3,
      '.inactive': 3,
    })) {
      const [one = 0, other = 0] = [colourOf('.surface'), colourOf(rule)].map((found) =>
        luminanceOf(found ?? ''),
      );
      const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
      assert.ok(contrast >= least, `${rule} ${colourOf(rule)}`);
    }
  }
});

test('Text in markup is escaped, also in attributes, and what XML does not allow is replaced', () => {
  const hostile = `</text><script>alert("1")</script>&amp;'\u0000\u001b\ud800\ufffe\u202e😀\t`;
  const escaped = '_/text__script_alert(_1_)_/script__amp;_\ufffd\ufffd\ufffd\ufffd\u202e😀\t';
  assert.equal(
    svg`<text a="${hostile}">${hostile}</text>`.text.replaceAll(/&[a-z0-9#]+;/g, '_'),
    `<text a="${escaped}">${escaped}</text>`,
  );
  const list = [svg`<b/>`, null, undefined, false, 'a<', 1.5, ['&']] as const;
  assert.equal(svg`${list}`.text, '<b/>a&lt;1.5&amp;');
});

test('The first of several weeks has a label, and each one after the same number of weeks', () => {
  const dates = Array.from({ length: 13 }, (_, week) => new Date(Date.UTC(2026, 8, 7 + 7 * week)));
  const labels = dateLabels(dates, 'week', 2);
  assert.deepEqual(
    labels.map(({ index }) => index),
    [0, 2, 4, 6, 8, 10, 12],
  );
  assert.deepEqual(labels[0], { index: 0, text: '7 Sep', year: '2026' });
  const shifted = dateLabels(dates.slice(1), 'week', 2);
  assert.equal(shifted[0]?.index, 0);
});
