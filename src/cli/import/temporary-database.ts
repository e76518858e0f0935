import BetterSqlite from 'better-sqlite3';
import { findAddon } from '../../core/index.js';

/**
 * Opens a private database in a temporary file, for data that may not fit in memory. SQLite deletes the file
 * when the connection closes or the process ends.
 */
export function openTemporaryDatabase(): BetterSqlite.Database {
  const addon = findAddon();
  return new BetterSqlite('', { ...(addon !== undefined && { nativeBinding: addon }) });
}
