import type { Migration } from './migration.js';
import { coursesAndSessions } from './0001-courses-and-sessions.js';

/** In the order in which they are applied. A released migration never changes. */
export const migrations: readonly Migration[] = [coursesAndSessions];
