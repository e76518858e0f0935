import type { Stats } from '../../core/index.js';
import { TimeZone } from '../local-time.js';
import { collectReport } from './collect.js';
import { describeReport } from './document.js';
import { toHtml } from './html.js';
import { toMarkdown } from './markdown.js';
import { readWeek } from './week.js';

const RENDERERS = { md: toMarkdown, html: toHtml } as const;
export type ReportFormat = keyof typeof RENDERERS;

export interface ReportOptions {
  readonly course: string;
  readonly week?: string;
  readonly timeZone?: string;
  readonly format: ReportFormat;
  readonly inactiveAfter?: number | string;
}

/** Returns the report of a week of a course as text. */
export async function createReport(stats: Stats, options: ReportOptions): Promise<string> {
  const { course: courseId, inactiveAfter } = options;
  const zone = new TimeZone(options.timeZone ?? 'UTC');
  const summary = await stats.untyped.getSummary({ courseId, inactiveAfter });
  // The clock of the service decides which week is over, as it decides the statuses.
  const week = readWeek(options.week, zone, summary.asOf);
  const report = await collectReport(stats, { week, timeZone: zone.name, summary });
  return RENDERERS[options.format](describeReport(report));
}
