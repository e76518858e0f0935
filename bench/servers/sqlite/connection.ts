import BetterSqlite from 'better-sqlite3';

/** As durable as what is measured against it; checkpoints are left to {@link Checkpoints}. */
export function connect(path: string): BetterSqlite.Database {
  const db = new BetterSqlite(path);
  db.pragma('journal_mode = wal');
  db.pragma('synchronous = full');
  db.pragma('foreign_keys = on');
  db.pragma('wal_autocheckpoint = 0');
  // Spares a system call for each page that is read.
  db.pragma(`mmap_size = ${2 ** 31 - 1}`);
  const durable =
    db.pragma('journal_mode', { simple: true }) === 'wal' && db.pragma('synchronous', { simple: true }) === 2;
  if (!durable) throw new Error('A commit of the floor must outlive a power cut.');
  return db;
}
