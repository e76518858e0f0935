import type { DatabaseName } from '../cells.js';
import type { Databases } from './databases.js';
import { openPostgresDatabases } from './postgres.js';
import { openSqliteDatabases } from './sqlite.js';

export async function openDatabases(name: DatabaseName): Promise<Databases> {
  return name === 'sqlite' ? openSqliteDatabases() : openPostgresDatabases();
}
