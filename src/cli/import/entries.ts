import { readLines, type Line } from './lines.js';
import type { Entry, LineReader } from './reading.js';

/** What the lines of a source say, each read when its turn comes: what it is made of is garbage before long. */
export async function* readEntries(
  chunks: AsyncIterable<Buffer>,
  read: LineReader,
): AsyncGenerator<Iterable<Entry>> {
  for await (const lines of readLines(chunks)) yield lines.values().map((line) => toEntry(line, read));
}

export function toEntry({ number, text, rule }: Line, read: LineReader): Entry {
  const reading = read(text, rule);
  const entry = { line: number, reading, size: text.length };
  return reading.kind === 'broken' ? { ...entry, text } : entry;
}
