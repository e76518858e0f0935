import { Interruption } from '../errors.js';
import type { Io } from '../io.js';
import { writeLine } from '../output.js';
import type { Progress } from '../progress.js';
import { interruptible } from '../target.js';
import type { Importer } from './importer.js';
import type { Entry } from './reading.js';

type Entries = AsyncGenerator<readonly Entry[]>;

/** Takes entries as fast as they are recorded, until they end, or the user ends it, or the database is gone. */
export async function pump(io: Io, importer: Importer, entries: Entries, progress: Progress): Promise<void> {
  let line = 0;
  try {
    for (;;) {
      const { done, value } = await interruptible(io, entries.next());
      if (done) break;
      for (const entry of value) {
        if (io.signal.aborted) throw new Interruption('interrupted');
        await importer.add(entry);
        line = entry.line;
      }
    }
    await importer.end();
  } catch (error) {
    // What is under way comes to something all the same; why it was stopped is the error to tell.
    await importer.end().catch(() => undefined);
    progress.end();
    writeLine(
      io.stderr,
      `Stopped after line ${line}. Run the same again to go on: what is recorded is not counted twice.`,
    );
    throw error;
  }
  progress.end();
}

/** For a source whose size is not known. */
export async function* counted(entries: Entries, progress: Progress): Entries {
  for await (const some of entries) {
    yield some;
    progress.add(some.length);
  }
}
