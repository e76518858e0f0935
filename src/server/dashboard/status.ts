import type { CourseSummary, LearnerStatus } from '../../core/index.js';
import { html, type Markup } from '../markup.js';

/** The names of the statuses, in the order of the bar. */
export const STATUS_NAMES: Readonly<Record<LearnerStatus, string>> = {
  completed: 'Completed',
  active: 'Active',
  inactive: 'Inactive',
  'not-started': 'Not started',
};

/** The colour only repeats the name. */
export function statusBadge(status: LearnerStatus): Markup {
  return html`<span class="status ${status}">${STATUS_NAMES[status]}</span>`;
}

export const STATUS_ORDER = ['completed', 'active', 'inactive', 'not-started'] as const;

export function countOf(learners: CourseSummary['learners'], status: LearnerStatus): number {
  return status === 'not-started' ? learners.notStarted : learners[status];
}
