import type { Migration } from './migration.js';
import { initial } from './0001-initial.js';

/** All migrations, in the order in which they are applied. A released migration never changes. */
export const migrations: readonly Migration[] = [initial];
