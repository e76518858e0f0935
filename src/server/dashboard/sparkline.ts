import { FILE_STYLE, MEASURES, pictureResponse, SPARKLINE, sparkline, toSeries } from '../charts/index.js';
import { html, type Markup } from '../markup.js';
import type { HttpResponse } from '../response.js';
import type { PageRequest } from '../router.js';
import type { Links } from './links.js';
import { lastIntervals, readView } from './view.js';

const WEEKS = 12;

/** The active learners of a course in the last weeks, as a picture. */
export async function sparklineFile(request: PageRequest): Promise<HttpResponse> {
  const { stats, caller, path, now } = request;
  const { name: timeZone } = readView(request).zone;
  const range = lastIntervals('week', timeZone, WEEKS, now);
  const call = { courseId: path['courseId'], interval: 'week', timeZone, ...range } as const;
  const { items } = await stats.getCourseActivity(call);
  const values = items.map(({ start, activeLearners }) => ({ start, value: activeLearners }));
  const series = toSeries({ interval: 'week', timeZone, ...range, items: values, now });
  const picture = sparkline(series, MEASURES.activeLearners, FILE_STYLE);
  // Without the cache, returning to the list would read all its courses again. `Vary` keeps one reader's pictures from
  // another, which works for cookies, but not for a gateway or a token.
  const cached = { 'Cache-Control': 'private, max-age=60', Vary: 'Cookie' };
  return pictureResponse(picture, caller.isSession ? cached : { 'Cache-Control': 'private, no-store' });
}

/** The picture is read after the page and only where it is visible, because counting learners takes long. */
export function sparklineImage(links: Links, courseId: string): Markup {
  const source = links.to(`/courses/${courseId}/sparkline.svg`, { inactiveAfter: undefined });
  const { width, height } = SPARKLINE;
  const text = `Bars: active learners in each of the last ${WEEKS} weeks`;
  return html`<img loading="lazy" width="${width}" height="${height}" alt="${text}" src="${source}" />`;
}
