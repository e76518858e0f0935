import { open } from 'node:fs/promises';
import { AtomicFile, statOf } from '../atomic-file.js';
import { drained, interruptible, type Io } from '../io.js';
import type { Bytes } from './format.js';

/** The destination of an export. */
interface Output {
  write(bytes: Bytes): Promise<void>;
  /** Completes the message after an interruption. */
  readonly afterInterruption: string;
}

export async function openOutput(io: Io, file: string): Promise<Output> {
  if (file === '-') return { write: (bytes) => writeToStdout(io, bytes), afterInterruption: '' };
  const existing = await statOf(file);
  // Pipes and devices are written directly.
  if (existing && !existing.isFile() && !existing.isDirectory()) {
    return { write: (bytes) => writeTo(io, file, 'w', bytes), afterInterruption: '' };
  }
  const pending = await AtomicFile.for(file);
  return {
    write: (bytes) => writePending(io, pending, bytes),
    afterInterruption: `; ${file} was not ${pending.replaced ? 'changed' : 'created'}`,
  };
}

async function writePending(io: Io, pending: AtomicFile, bytes: Bytes): Promise<void> {
  try {
    await writeTo(io, pending.path, 'wx', bytes, pending.replaced?.mode);
    await pending.commit();
  } catch (error) {
    await pending.discard();
    throw error;
  }
}

async function writeTo(io: Io, path: string, flags: string, bytes: Bytes, mode?: number): Promise<void> {
  const write = async () => {
    // Personal data is never readable by other users, even if the process is killed.
    await using handle = await open(path, flags, 0o600);
    await handle.writeFile(bytes, { signal: io.signal });
    if (mode !== undefined) await handle.chmod(mode);
  };
  await interruptible(io.signal, write());
}

async function writeToStdout(io: Io, bytes: Bytes): Promise<void> {
  const write = async () => {
    for await (const chunk of bytes) {
      if (io.signal.aborted) return;
      io.stdout.write(chunk);
      await drained(io.stdout);
    }
  };
  await interruptible(io.signal, write());
}
