import type { Migration } from './migration.js';
import { coursesAndSessions } from './0001-courses-and-sessions.js';
import { modules } from './0002-modules.js';
import { oneKeyToCourses } from './0003-one-key-to-courses.js';

/** In the order in which they are applied. A released migration never changes. */
export const migrations: readonly Migration[] = [coursesAndSessions, modules, oneKeyToCourses];
