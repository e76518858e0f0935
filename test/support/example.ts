import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { TestDirectory } from './directory.js';
import { closedPort } from './ports.js';

/** Inside the package, which examples import by name, and in `dist`, which git ignores. */
const EXAMPLES = fileURLToPath(new URL('../../dist/running-examples/', import.meta.url));

interface RunningExample extends AsyncDisposable {
  readonly url: string;
}

/** Runs a documented server in a new directory, on a free port instead of 3000. */
export async function startExample(code: string): Promise<RunningExample> {
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await TestDirectory.create());
  const port = String(await closedPort());
  const file = join(EXAMPLES, `${port}.ts`);
  await mkdir(EXAMPLES, { recursive: true });
  stack.defer(() => rm(file, { force: true }));
  await writeFile(file, code.replaceAll('3000', port));
  const child = spawn(process.execPath, [file], {
    cwd: directory.path,
    env: {},
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  stack.defer(async () => {
    child.kill();
    await closed;
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
  const listening = once(createInterface({ input: child.stdout }), 'line');
  await Promise.race([listening, closed]);
  assert.equal(child.exitCode, null, errors);
  const resources = stack.move();
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}
