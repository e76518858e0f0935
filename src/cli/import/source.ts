import { open, type FileHandle } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';

/** Bytes that come from a file or from stdin. */
export interface Source extends AsyncDisposable {
  /** Of what is read, packed or not; `undefined` where that cannot be known. */
  readonly size: number | undefined;
  /**
   * All of it, unpacked.
   *
   * @param onRead told how many bytes were read, packed or not
   */
  chunks(onRead?: (bytes: number) => void): AsyncIterable<Buffer>;
}

/** Bytes that are read at once. */
const READ_SIZE = 64 * 1024;
const GZIP = Buffer.from([0x1f, 0x8b]);

/** @throws if the file cannot be read, or is none */
export async function openSource(name: string, stdin: AsyncIterable<Buffer>): Promise<Source> {
  const file = name === '-' ? undefined : await openFile(name);
  const status = await file?.stat();
  // A pipe has none.
  const size = status?.isFile() ? status.size : undefined;
  return {
    size,
    chunks(onRead = () => undefined) {
      const bytes = file?.createReadStream({ autoClose: false, highWaterMark: READ_SIZE }) ?? stdin;
      return unpacked(name, counted(bytes, onRead));
    },
    async [Symbol.asyncDispose]() {
      await file?.close();
    },
  };
}

async function openFile(name: string): Promise<FileHandle> {
  let file: FileHandle;
  try {
    file = await open(name);
  } catch (error) {
    throw new Error(`${name} cannot be read`, { cause: error });
  }
  if ((await file.stat()).isDirectory()) {
    await file.close();
    throw new Error(`${name} is a folder; name a file in it.`);
  }
  return file;
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
    throw new Error(`${name === '-' ? 'stdin' : name} cannot be unpacked`, { cause: error });
  }
}

function write(stream: ReturnType<typeof createGunzip>, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}
