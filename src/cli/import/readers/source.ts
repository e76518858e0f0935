import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { isSameFile } from '../../database-files.js';
import { UsageError } from '../../errors.js';
import { interruptible, type Io } from '../../io.js';

/** The bytes of a file or of stdin. */
export interface Source extends Disposable {
  /** The path, or `stdin`. */
  readonly name: string;
  /** Size of a regular file, in bytes. */
  readonly size: number | undefined;
  /**
   * Returns the content, gunzipped if necessary. Call it once.
   *
   * @param onRead receives the size of each chunk before it is gunzipped
   */
  open(onRead?: (bytes: number) => void): AsyncIterable<Buffer>;
}

/** The first bytes of a gzipped file. */
const GZIP = Buffer.from([0x1f, 0x8b]);
/** The first bytes of .xlsx and other ZIP files, and of .xls. */
const WORKBOOKS = [Buffer.from([0x50, 0x4b, 0x03, 0x04]), Buffer.from([0xd0, 0xcf, 0x11, 0xe0])];
const MAX_MARK = 4;

/** @throws if the file cannot be opened, or if the user interrupts waiting for the writer of a named pipe */
export async function openSource(io: Io, path: string): Promise<Source> {
  const name = path === '-' ? 'stdin' : path;
  const file = path === '-' ? undefined : await interruptible(io.signal, openFile(path));
  return {
    name,
    size: file?.size,
    open: (onRead = () => undefined) => gunzipped(name, counted(file?.stream ?? io.stdin, onRead)),
    [Symbol.dispose]: () => void file?.stream.destroy(),
  };
}

/** @throws {UsageError} if an output would overwrite an imported file */
export async function assertNotImported(
  flag: string,
  file: string,
  sources: readonly (string | undefined)[],
): Promise<void> {
  if (!(await Promise.all(sources.map((source) => isSameFile(file, source)))).includes(true)) return;
  throw new UsageError(`${flag} ${file} would overwrite the imported file; name another file`);
}

async function openFile(path: string) {
  try {
    const status = await stat(path);
    if (!status.isDirectory()) {
      const stream = createReadStream(path);
      await once(stream, 'open');
      return { stream, size: status.isFile() ? status.size : undefined };
    }
  } catch (error) {
    throw new Error(`${path} cannot be read.`, { cause: error });
  }
  throw new Error(`${path} is a directory; name a file in it.`);
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

async function* gunzipped(name: string, chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let first = Buffer.alloc(0);
  while (first.length < MAX_MARK) {
    const { done, value } = await chunks.next();
    if (done) break;
    first = Buffer.concat([first, value]);
  }
  if (WORKBOOKS.some((mark) => first.subarray(0, MAX_MARK).equals(mark))) {
    throw new Error(
      `${name} is an Excel workbook or a ZIP file; save it as CSV UTF-8, or unpack it, and import that file.`,
    );
  }
  if (!first.subarray(0, GZIP.length).equals(GZIP)) {
    yield first;
    yield* chunks;
    return;
  }
  const gunzip = createGunzip();
  const rest = async function* () {
    yield first;
    yield* chunks;
  };
  // The loop below throws the errors of the pipeline.
  pipeline(rest, gunzip).catch(() => undefined);
  try {
    yield* gunzip;
  } catch (error) {
    throw new Error(`${name} cannot be gunzipped.`, { cause: error });
  }
}
