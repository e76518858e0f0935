import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRoot } from './compile.js';

/** Ends what the bench leaves behind however it ends: see guard.ts. */
const guard = spawn(process.execPath, [inRoot('bench/guard.ts')], {
  stdio: ['pipe', 'ignore', 'inherit'],
  // Out of the terminal's reach: Ctrl-C must not end it before it has done its work.
  detached: true,
});
guard.unref();

/** A folder for data files, removed with the bench. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stats-service-bench-'));
  guard.stdin.write(`+folder ${folder}\n`);
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  guard.stdin.write(`-folder ${folder}\n`);
}

/** Sees to it that a process does not outlive the bench. */
export function guarded<Child extends ChildProcess>(child: Child): Child {
  guard.stdin.write(`+process ${child.pid}\n`);
  child.once('exit', () => guard.stdin.write(`-process ${child.pid}\n`));
  return child;
}

export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
