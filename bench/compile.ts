import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Servers and load generator run as the service does: plain JavaScript, without a loader that takes memory. */
export function compile(): void {
  execFileSync(
    process.execPath,
    [inRoot('node_modules/typescript/bin/tsc'), '-p', inRoot('bench/tsconfig.json')],
    {
      stdio: 'inherit',
    },
  );
}

/** The path of a compiled file. */
export function compiled(file: string): string {
  return inRoot(`dist/bench/${file}`);
}

export function inRoot(path: string): string {
  return `${ROOT}${path}`;
}
