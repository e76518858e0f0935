import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Io } from '../io.js';
import { fileError, PendingFile, statOf } from '../pending-file.js';
import { openPipe } from '../pipes.js';
import { interruptible } from '../target.js';
import type { Bytes } from './bytes.js';

/** Where an export goes. */
export interface Output {
  /** Whether it was all taken; who reads a pipe may want no more. */
  write(bytes: Bytes): Promise<boolean>;
  /** What an interruption leaves. */
  readonly afterInterruption: string;
}

/** @throws where no file can be */
export async function openOutput(io: Io, file: string): Promise<Output> {
  if (file === '-') return { write: (bytes) => writeToStdout(io, bytes), afterInterruption: '' };
  const there = await statOf(file);
  // A pipe or a device is to be written to, not replaced.
  if (there && !there.isFile() && !there.isDirectory()) {
    const write = (bytes: Bytes) =>
      there.isFIFO() ? writeToPipe(io, file, bytes) : writeTo(io, file, 'w', bytes);
    return { write: (bytes) => named(file, write(bytes)), afterInterruption: '' };
  }
  const pending = await PendingFile.for(file);
  return {
    write: (bytes) => named(file, writePending(io, pending, bytes)),
    afterInterruption: `; ${file} was not ${pending.replaced ? 'changed' : 'made'}`,
  };
}

async function writePending(io: Io, pending: PendingFile, bytes: Bytes): Promise<boolean> {
  try {
    await writeTo(io, pending.path, 'wx', bytes, pending.replaced?.mode);
    await pending.keep();
    return true;
  } catch (error) {
    await pending.discard();
    throw error;
  }
}

async function writeTo(io: Io, path: string, flags: string, bytes: Bytes, mode?: number): Promise<boolean> {
  const write = async () => {
    // It is of learners, and stays where the program is killed.
    await using handle = await open(path, flags, 0o600);
    await handle.writeFile(bytes, { signal: io.signal });
    if (mode !== undefined) await handle.chmod(mode);
  };
  await interruptible(io, write());
  return true;
}

/** At the pace of who reads it; who has closed it wants no more, and that is no error. */
async function writeToPipe(io: Io, path: string, bytes: Bytes): Promise<boolean> {
  const pipe = await openPipe(io, path, 'w');
  try {
    await interruptible(io, pipeline(bytes, pipe, { signal: io.signal }));
    return true;
  } catch (error) {
    const isOfPipe = error instanceof Error && error === pipe.errored;
    if (isOfPipe && 'code' in error && error.code === 'EPIPE') return false;
    throw error;
  }
}

/** Waits for a slow reader, so that the export is never all in memory; the program itself ends where it is closed. */
async function writeToStdout(io: Io, bytes: Bytes): Promise<boolean> {
  const write = async () => {
    for await (const chunk of bytes) {
      if (io.signal.aborted) return;
      io.stdout.write(chunk);
      if (io.stdout.writableNeedDrain) await once(io.stdout, 'drain');
    }
  };
  await interruptible(io, write());
  return true;
}

async function named<T>(file: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw fileError(file, error);
  }
}
