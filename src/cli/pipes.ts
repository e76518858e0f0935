import { close, constants, open } from 'node:fs';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import { Interruption } from './errors.js';
import type { Io } from './io.js';
import { interruptible } from './target.js';

const openFile = promisify(open);
const closeFile = promisify(close);

/** What opens the other end of a pipe for a moment, and does not wait for it. */
const OTHER_END = {
  r: constants.O_WRONLY | constants.O_NONBLOCK,
  w: constants.O_RDONLY | constants.O_NONBLOCK,
};

/**
 * An end of a named pipe, to be destroyed by the caller. It waits for somebody at the other end, as whatever opens a
 * pipe does; an interruption leaves nothing that the process would wait for.
 */
export async function openPipe(io: Io, path: string, flags: keyof typeof OTHER_END): Promise<Socket> {
  const opening = openFile(path, flags);
  try {
    const fd = await interruptible(io, opening);
    // Not as a file: a thread that waits for the other end cannot be called back.
    return new Socket({ fd, readable: flags === 'r', writable: flags === 'w' });
  } catch (error) {
    // What is no pipe any more is left to a second signal.
    if (error instanceof Interruption) await letGo(path, opening, flags).catch(() => undefined);
    throw error;
  }
}

/** A thread waits in the system for the other end, and the process for the thread: for a moment that is us. */
async function letGo(path: string, opening: Promise<number>, flags: keyof typeof OTHER_END): Promise<void> {
  const other = await openFile(path, OTHER_END[flags]);
  await closeFile(await opening);
  await closeFile(other);
}
