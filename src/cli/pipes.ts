import { close, constants, open } from 'node:fs';
import { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { Interruption } from '../errors.js';
import type { Io } from '../io.js';
import { interruptible } from '../target.js';
import type { Bytes } from './bytes.js';

const openFile = promisify(open);
const closeFile = promisify(close);

/**
 * Into a named pipe, at the pace of who reads it. An interruption leaves nothing that the process would wait for.
 *
 * @returns whether it was all taken: who has closed the pipe wants no more, and that is no error
 */
export async function writeToPipe(io: Io, path: string, bytes: Bytes): Promise<boolean> {
  const fd = await openForWriting(io, path);
  // Not as a file: a thread that writes to a full pipe cannot be called back.
  const pipe = new Socket({ fd, readable: false, writable: true });
  try {
    await interruptible(io, pipeline(bytes, pipe, { signal: io.signal }));
    return true;
  } catch (error) {
    const isOfPipe = error instanceof Error && error === pipe.errored;
    if (isOfPipe && 'code' in error && error.code === 'EPIPE') return false;
    throw error;
  }
}

/** Waits for somebody to read, as whatever writes to a pipe does. */
async function openForWriting(io: Io, path: string): Promise<number> {
  const opening = openFile(path, 'w');
  try {
    return await interruptible(io, opening);
  } catch (error) {
    // What is no pipe any more is left to a second signal.
    if (error instanceof Interruption) await letGo(path, opening).catch(() => undefined);
    throw error;
  }
}

/** A thread waits in the system for somebody to read, and the process for the thread: for a moment we read. */
async function letGo(path: string, opening: Promise<number>): Promise<void> {
  const reader = await openFile(path, constants.O_RDONLY | constants.O_NONBLOCK);
  await closeFile(await opening);
  await closeFile(reader);
}
