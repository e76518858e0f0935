/**
 * Outlives the bench: whatever that has registered and not released is ended when its pipe closes, which
 * the system does however the bench dies. Lines: `+process PID`, `+folder PATH`, and the same with `-`.
 */
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

const registered = new Set<string>();
createInterface({ input: process.stdin })
  .on('line', (line) => {
    if (line.startsWith('+')) registered.add(line.slice(1));
    else registered.delete(line.slice(1));
  })
  .once('close', () => {
    for (const entry of registered) {
      const [kind, value = ''] = entry.split(/ (.*)/);
      if (kind === 'process') end(Number(value));
    }
    for (const entry of registered) {
      const [kind, value = ''] = entry.split(/ (.*)/);
      if (kind === 'folder') rmSync(value, { recursive: true, force: true });
    }
  });

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
