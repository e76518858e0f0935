import * as z from 'zod';
import type { IntervalName } from '../../core/index.js';
import { intervalSchema, timeZoneSchema } from '../../core/model/history.js';
import { intervalsBetween } from '../../core/model/intervals.js';
import { DAY, toInstant } from '../../core/model/time.js';
import { invalidRequest, parseCall, rule } from '../../core/model/validation.js';
import type { MeasureName } from '../charts/index.js';
import type { PageRequest } from '../router.js';
import { Links } from './links.js';
import { toDate, Zone } from './zone.js';

const dateRule = rule('must be a date, such as 2026-11-22');
const dateSchema = z
  .string({ error: dateRule })
  .refine((text) => isDate(text), { error: dateRule })
  .optional();

function isDate(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  return time >= 0 && toDate(time) === text;
}

const viewSchema = z.object({ timeZone: timeZoneSchema });

/** The parameters of a page with a chart, beside the figure that it shows. */
export const chartViewSchema = viewSchema.extend({
  interval: intervalSchema,
  from: dateSchema,
  to: dateSchema,
});

/** The state of a page, which all pages share. */
export interface View {
  readonly links: Links;
  readonly zone: Zone;
}

interface ChartState {
  readonly interval: IntervalName;
  /** The first and the last date of the range. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** The state of a page with a chart. */
export interface ChartView<Measure extends MeasureName = MeasureName> extends View, ChartState {
  readonly measure: Measure;
}

/** @throws {StatsError} `invalid-request` */
export function readView({ assets, pathname, query, now }: PageRequest): View {
  const { timeZone } = parseCall(viewSchema, argumentsOf(query, ['timeZone']));
  return { links: new Links(assets, pathname, query), zone: new Zone(timeZone, now) };
}

/**
 * @param schema the parameters, with the figures of the chart
 * @throws {StatsError} `invalid-request`
 */
export function readChartView<Measure extends MeasureName>(
  { assets, pathname, query, now }: PageRequest,
  schema: z.ZodType<ChartState & { readonly timeZone: string; readonly measure: Measure }>,
): ChartView<Measure> {
  const names = ['timeZone', 'interval', 'from', 'to', 'measure'];
  const { timeZone, ...chart } = parseCall(schema, argumentsOf(query, names));
  const { from, to } = chart;
  if (from !== undefined && to !== undefined && to < from) {
    throw invalidRequest([{ parameter: 'to', detail: `must not be before from, ${from}; it is ${to}` }]);
  }
  return { links: new Links(assets, pathname, query), zone: new Zone(timeZone, now), ...chart };
}

/** The parameters whose value is a number. */
const NUMBERS: ReadonlySet<string> = new Set(['inactiveAfter']);

/** Returns the arguments of a call in the query. An empty one is an input that was not filled in. */
export function argumentsOf(query: URLSearchParams, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = query.get(name);
      if (text === null || text === '') return [];
      return [[name, NUMBERS.has(name) && /^\d{1,15}$/.test(text) ? Number(text) : text]];
    }),
  );
}

/** The longest interval of each kind, in days, and how many intervals a chart shows unless the reader chooses. */
const DEFAULTS: Readonly<Record<IntervalName, readonly [days: number, count: number]>> = {
  day: [1, 28],
  week: [7, 16],
  month: [31, 12],
};
export interface Range {
  readonly from: string;
  readonly to: string;
}

/** Returns the range of the reader, or the last intervals up to the end of the current one. */
export function rangeOf(
  { zone, interval, from, to }: Omit<ChartView, 'links' | 'measure'>,
  now: number,
): Range {
  const [days, count] = DEFAULTS[interval];
  const chosenEnd = to === undefined ? undefined : zone.startOf(toDate(Date.parse(to) + DAY));
  const end = chosenEnd ?? endOfCurrent(interval, zone.name, now);
  if (from !== undefined) return { from: zone.startOf(from), to: end };
  const since = toInstant(Date.parse(end) - count * days * DAY);
  return { from: startsBetween(interval, zone.name, since, end).at(-count) ?? end, to: end };
}

/** A new course still has a chart of this many intervals. */
const LEAST_INTERVALS = 8;

/** Returns the intervals since the first session, unless the reader has chosen where they start. */
export function sinceFirst<Item extends { readonly start: string }>(
  items: readonly Item[],
  { from }: Pick<ChartView, 'from'>,
  first: string | null,
): readonly Item[] {
  if (from !== undefined || first === null) return items;
  const index = items.findLastIndex(({ start }) => Date.parse(start) <= Date.parse(first));
  return items.slice(Math.max(0, Math.min(index, items.length - LEAST_INTERVALS)));
}

/** Returns the range of the current interval and those before it. */
export function lastIntervals(interval: IntervalName, timeZone: string, count: number, now: number): Range {
  const to = endOfCurrent(interval, timeZone, now);
  const since = toInstant(Date.parse(to) - count * DEFAULTS[interval][0] * DAY);
  return { from: startsBetween(interval, timeZone, since, to).at(-count) ?? to, to };
}

function endOfCurrent(interval: IntervalName, timeZone: string, now: number): string {
  const [days] = DEFAULTS[interval];
  return (
    startsBetween(interval, timeZone, toInstant(now), toInstant(now + (days + 1) * DAY))[1] ?? toInstant(now)
  );
}

/** Returns the starts of the intervals that overlap a range, in UTC. */
function startsBetween(interval: IntervalName, timeZone: string, start: string, end: string): string[] {
  return intervalsBetween(interval, timeZone, { start, end }).map(({ label }) =>
    toInstant(Date.parse(label)),
  );
}
