import assert from 'node:assert/strict';
import { runCommand } from '../../test/support/cli.js';

/** Makes a folder one that nobody can write into, root included, until it is disposed of. */
export async function makeReadOnly(path: string): Promise<AsyncDisposable> {
  const changeMode = (mode: string) => run(['chmod', '-R', mode, path]);
  if (process.getuid?.() !== 0) {
    await changeMode('a-w');
    return { [Symbol.asyncDispose]: () => changeMode('u+w') };
  }
  await run(['mount', '--bind', path, path]);
  const unmount = { [Symbol.asyncDispose]: () => run(['umount', path]) };
  try {
    await run(['mount', '-o', 'remount,bind,ro', path]);
  } catch (error) {
    await unmount[Symbol.asyncDispose]();
    throw error;
  }
  return unmount;
}

async function run([program, ...argv]: readonly [string, ...string[]]): Promise<void> {
  const env = { PATH: process.env['PATH'] ?? '' };
  const { code, stderr } = await runCommand([program, ...argv], { env });
  assert.equal(code, 0, stderr);
}
