import { join } from 'node:path';
import { runCommand } from '../../test/support/cli.js';
import { installInto } from './npm.js';

export interface Node extends AsyncDisposable {
  readonly path: string;
  readonly version: string;
}

/** A Node of that version, as npm brings it: the newest of a major where only that is said. */
export async function installNode(version: string): Promise<Node> {
  const folder = await installInto([`node@${version}`]);
  const path = join(
    folder.path,
    'node_modules',
    'node',
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  const { stdout } = await runCommand([path, '--version']);
  return {
    path,
    version: stdout.trim().replace(/^v/, ''),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
