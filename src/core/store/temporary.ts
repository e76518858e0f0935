import type { TemporaryDatabase } from './sqlite/temporary.js';

/**
 * Opens a temporary database. It needs little memory and, for large data, space in the directory for temporary files
 * (`TMPDIR`). The file has no name, so that other users cannot read it and a crash leaves nothing behind.
 */
export async function openTemporaryDatabase(): Promise<TemporaryDatabase> {
  const sqlite = await import('./sqlite/temporary.js');
  return new sqlite.TemporaryDatabase();
}
