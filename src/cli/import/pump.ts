import { Interruption } from '../errors.js';
import type { Io } from '../io.js';
import { writeLine } from '../output.js';
import type { Progress } from '../progress.js';
import { interruptible } from '../target.js';
import type { Importer } from './importer.js';
import type { Entry } from './reading.js';

/** Milliseconds between two looks at whether a source is too slow to fill a window. */
const LOOK = 100;

type Entries = AsyncGenerator<Iterable<Entry>>;

export interface PumpOptions {
  readonly importer: Pick<Importer<unknown>, 'add' | 'beginIfDue' | 'end' | 'stop' | 'failed' | 'lastLine'>;
  readonly progress: Progress;
  /** What to do after an end before the end. */
  readonly goOn: string;
}

/** Takes entries as fast as they are recorded, until they end, or the user ends it, or the database is gone. */
export async function pump(
  io: Io,
  entries: Entries,
  { importer, progress, goOn }: PumpOptions,
): Promise<void> {
  const ticks = setInterval(() => importer.beginIfDue(), LOOK);
  try {
    for (;;) {
      const next = entries.next();
      // Who waits for a failure that never comes must not keep what was read.
      await interruptible(io, Promise.race([next.then(() => undefined), importer.failed]));
      const { done, value } = await next;
      if (done) break;
      await interruptible(io, importer.add(value));
    }
    await interruptible(io, importer.end());
  } catch (error) {
    // What is under way comes to something all the same; why it was stopped is the error to tell.
    await importer.stop().catch(() => undefined);
    progress.end();
    writeLine(io.stderr, `Stopped after line ${importer.lastLine}. ${goOn}`);
    // What is being waited for cannot be closed; it ends with the process.
    void entries.return(undefined).catch(() => undefined);
    throw io.signal.aborted ? new Interruption('interrupted') : error;
  } finally {
    clearInterval(ticks);
  }
  progress.end();
}

/** For a source whose size is not known. */
export async function* counted(entries: AsyncGenerator<readonly Entry[]>, progress: Progress): Entries {
  for await (const some of entries) {
    yield some;
    progress.add(some.length);
  }
}
