import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { runCommand } from '../../test/support/cli.js';

/** Makes a folder one that nobody can write into, root included, until it is disposed of. */
export async function makeReadOnly(path: string): Promise<AsyncDisposable> {
  if (process.getuid?.() !== 0) {
    await chmod(path, 0o555);
    return { [Symbol.asyncDispose]: () => chmod(path, 0o755) };
  }
  await mount(['mount', '--bind', path, path]);
  const unmount = { [Symbol.asyncDispose]: () => mount(['umount', path]) };
  try {
    await mount(['mount', '-o', 'remount,bind,ro', path]);
  } catch (error) {
    await unmount[Symbol.asyncDispose]();
    throw error;
  }
  return unmount;
}

async function mount([program, ...argv]: readonly [string, ...string[]]): Promise<void> {
  const env = { PATH: process.env['PATH'] ?? '' };
  const { code, stderr } = await runCommand([program, ...argv], { env });
  assert.equal(code, 0, stderr);
}
