import type { Clock } from '../../core/model/time.js';
import { parseCall } from '../../core/model/validation.js';
import type { HttpResponse } from '../response.js';
import { CALL_SCHEMAS, type CallRoute } from '../router.js';
import type { MeasureName, SeriesInput } from '../charts/index.js';

const SVG = 'image/svg+xml; charset=utf-8';

const PICTURE = {
  200: { description: 'A picture for `<img>`, with its numbers as text.', type: SVG },
} as const;
const DESCRIPTION =
  'The same numbers as the JSON, which has the same other parameters. For pages: `<img src="…">`. An interval that is not over, or is only partly in the range, is marked.';

/** The series of numbers as pictures. */
export const chartRoutes: readonly CallRoute[] = [
  {
    method: 'GET',
    path: '/courses/{courseId}/activity.svg',
    operation: 'drawCourseActivity',
    access: { scope: 'stats:read' },
    summary: 'A chart of a figure of a course per day, week or month',
    description: DESCRIPTION,
    responses: PICTURE,
    errors: ['course-not-found', 'total-out-of-range'],
    async handle(stats, call, _, clock) {
      const { measure, width, ...request } = parseCall(CALL_SCHEMAS.drawCourseActivity, call);
      const { items, ...activity } = await stats.getCourseActivity(request);
      const values = items.map((item) => ({ start: item.start, value: item[measure] }));
      return pictureOf({ ...activity, ...request, items: values }, { measure, width, clock });
    },
  },
  {
    method: 'GET',
    path: '/courses/{courseId}/history.svg',
    operation: 'drawHistory',
    access: { forOthers: 'stats:read' },
    summary: "A chart of the learner's stats in a course per day, week or month",
    description: DESCRIPTION,
    responses: PICTURE,
    errors: ['course-not-found'],
    async handle(stats, call, _, clock) {
      const { measure, width, ...request } = parseCall(CALL_SCHEMAS.drawHistory, call);
      const { items, ...history } = await stats.getHistory(request);
      const values = items.map((item) => ({ start: item.start, value: item[measure] }));
      return pictureOf({ ...history, ...request, items: values }, { measure, width, clock });
    },
  },
];

interface PictureOptions {
  readonly measure: MeasureName;
  readonly width: number;
  readonly clock: Clock;
}

async function pictureOf(
  series: Omit<SeriesInput, 'now'>,
  { measure, width, clock }: PictureOptions,
): Promise<HttpResponse> {
  // Loaded on first use: only charts need it.
  const { FILE_STYLE, intervalChart, MEASURES, pictureResponse, toSeries } =
    await import('../charts/index.js');
  const canvas = { width, style: FILE_STYLE };
  const { picture } = intervalChart(toSeries({ ...series, now: clock() }), MEASURES[measure], canvas);
  return pictureResponse(picture);
}
