import type { TargetOptions } from '../target.js';
import type { Format } from './formats.js';

/** What the command line says. */
export interface ImportOptions extends TargetOptions {
  readonly format?: Format;
  readonly map: readonly string[];
  readonly course?: string;
  readonly courses?: string;
  readonly createCourses?: boolean;
  readonly onConflict: 'fail' | 'skip' | 'replace';
  readonly newIds?: boolean;
  readonly rejects?: string;
  readonly fromLegacy?: string;
  readonly dryRun?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}
