import { open, stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import type { Io } from '../io.js';
import { openPipe } from '../pipes.js';

/** Bytes that come from a file or from stdin. */
export interface Source extends AsyncDisposable {
  /** As a person knows it. */
  readonly name: string;
  /** Of what is read, packed or not; `undefined` where that cannot be known. */
  readonly size: number | undefined;
  /**
   * All of it, unpacked; to be asked for once.
   *
   * @param onRead told how many bytes were read, packed or not
   */
  chunks(onRead?: (bytes: number) => void): AsyncIterable<Buffer>;
}

interface Opened extends AsyncDisposable {
  readonly size?: number;
  read(): AsyncIterable<Buffer>;
}

/** Bytes that are read at once. */
const READ_SIZE = 64 * 1024;
const GZIP = Buffer.from([0x1f, 0x8b]);

/** @throws if the file cannot be read, or is none; an interruption, while a pipe has nobody who writes to it */
export async function openSource(io: Io, file: string): Promise<Source> {
  const name = file === '-' ? 'stdin' : file;
  const opened = file === '-' ? openStdin(io) : await openNamed(io, file);
  return {
    name,
    size: opened.size,
    chunks: (onRead = () => undefined) => unpacked(name, counted(opened.read(), onRead)),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

/** The program closes it. */
function openStdin({ stdin }: Io): Opened {
  return { read: () => stdin, [Symbol.asyncDispose]: async () => undefined };
}

async function openNamed(io: Io, path: string): Promise<Opened> {
  try {
    const status = await stat(path);
    if (status.isFIFO()) return await openNamedPipe(io, path);
    if (!status.isDirectory()) return await openFile(path, status.isFile() ? status.size : undefined);
  } catch (error) {
    if (io.signal.aborted) throw error;
    throw new Error(`${path} cannot be read`, { cause: error });
  }
  throw new Error(`${path} is a folder; name a file in it.`);
}

async function openNamedPipe(io: Io, path: string): Promise<Opened> {
  const pipe = await openPipe(io, path, 'r');
  return {
    read: () => pipe,
    async [Symbol.asyncDispose]() {
      pipe.destroy();
    },
  };
}

async function openFile(path: string, size: number | undefined): Promise<Opened> {
  const file = await open(path);
  return {
    ...(size !== undefined && { size }),
    read: () => file.createReadStream({ autoClose: false, highWaterMark: READ_SIZE }),
    [Symbol.asyncDispose]: () => file.close(),
  };
}

async function* counted(
  chunks: AsyncIterable<Buffer>,
  onRead: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    onRead(chunk.length);
    yield chunk;
  }
}

/** What is packed says so by its first bytes, whatever its name. */
async function* unpacked(name: string, chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let first = Buffer.alloc(0);
  while (first.length < GZIP.length) {
    const { done, value } = await chunks.next();
    if (done) break;
    first = Buffer.concat([first, value]);
  }
  if (!first.subarray(0, GZIP.length).equals(GZIP)) {
    yield first;
    yield* chunks;
    return;
  }
  const gunzip = createGunzip();
  const pump = async () => {
    await write(gunzip, first);
    for await (const chunk of chunks) await write(gunzip, chunk);
    gunzip.end();
  };
  pump().catch((error: unknown) => gunzip.destroy(error instanceof Error ? error : new Error(String(error))));
  try {
    for await (const chunk of gunzip) yield chunk;
  } catch (error) {
    throw new Error(`${name} cannot be unpacked`, { cause: error });
  }
}

function write(stream: ReturnType<typeof createGunzip>, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}
