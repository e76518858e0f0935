/** Starts the processes of the bench. At its end they are killed and their data is removed. */
import { spawn, type ChildProcess, type IOType } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';

export const ROOT = join(import.meta.dirname, '..');
export const BIN = join(ROOT, 'bin/stats-service.js');

const SERVERS = ['floor-sqlite', 'floor-postgres', 'naive'];
const LISTENING = /^Listening on http:\/\/127\.0\.0\.1:(\d+)$/;
const MICROSECONDS_PER_TICK = 10_000;
/** Milliseconds between two samples of the memory. */
const SAMPLE_INTERVAL = 100;

export const DIRECTORY = mkdtempSync(join(tmpdir(), 'stats-service-bench-'));
// Postgres runs as another user and reads a file in this directory.
chmodSync(DIRECTORY, 0o755);
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(DIRECTORY, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

/** Compiles the other servers, because a TypeScript loader would take memory. */
export function buildServers(): void {
  buildSync({
    entryPoints: SERVERS.map((name) => join(import.meta.dirname, `servers/${name}.ts`)),
    outdir: join(ROOT, 'dist/bench'),
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
  });
}

export function startNode(args: readonly string[], stdout: IOType, stderr: IOType): ChildProcess {
  // `warn` disables the request log, which the other servers do not have.
  const env = { STATS_LOG_LEVEL: 'warn', ...process.env };
  const child = spawn(process.execPath, args, { stdio: ['ignore', stdout, stderr], env });
  running.add(child);
  return child.once('exit', () => running.delete(child));
}

/** Runs Node until it exits. `peak` is its peak resident memory in bytes. @throws if it fails */
export async function run(...args: string[]): Promise<{ seconds: number; peak: number }> {
  const start = performance.now();
  const child = startNode(args, 'ignore', 'pipe');
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  let peak = 0;
  const sampling = setInterval(() => {
    peak = Math.max(peak, memoryOf(child, 'VmHWM'));
  }, SAMPLE_INTERVAL);
  const [code] = await once(child, 'exit');
  clearInterval(sampling);
  if (code !== 0) throw new Error(`${args.join(' ')} failed: ${errors}`);
  return { seconds: (performance.now() - start) / 1_000, peak };
}

export interface Server extends AsyncDisposable {
  readonly port: number;
  readonly child: ChildProcess;
}

/** @param options of `serve`, or the program of another server */
export async function startServer(url: string, options: string | readonly string[] = []): Promise<Server> {
  const program =
    typeof options === 'string' ? [options] : [BIN, 'serve', '--port', '0', ...options, '--database'];
  const child = startNode([...program, url], 'ignore', 'pipe');
  const exited = once(child, 'exit');
  const port = await new Promise<number>((resolve, reject) => {
    void exited.then(() => reject(new Error(`${program.join(' ')} ended.`)));
    if (child.stderr === null) return;
    createInterface({ input: child.stderr }).on('line', (line) => {
      const found = LISTENING.exec(line)?.[1];
      if (found !== undefined) resolve(Number(found));
      else if (!/^(Database: |Stopping)/.test(line)) process.stderr.write(`${line}\n`);
    });
  });
  return {
    port,
    child,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** User and system time in microseconds: fields 14 and 15 of proc_pid_stat(5). */
export function cpuTimeOf({ pid }: ChildProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Field 2 is the name in parentheses, which may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MICROSECONDS_PER_TICK;
}

/** In bytes; 0 after the process has ended. */
export function memoryOf({ pid }: ChildProcess, field: 'VmRSS' | 'VmHWM' = 'VmRSS'): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * 1_024;
  } catch {
    return 0;
  }
}
