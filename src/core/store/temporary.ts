import type { TemporaryDatabase } from './sqlite/temporary.js';

/** Opens a temporary database. SQLite is loaded only then: programs that use Postgres may not need it. */
export async function openTemporaryDatabase(): Promise<TemporaryDatabase> {
  const sqlite = await import('./sqlite/temporary.js');
  return new sqlite.TemporaryDatabase();
}
