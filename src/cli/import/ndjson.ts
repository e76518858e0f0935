import type { FieldNames } from './fields.js';
import { withoutByteOrderMark } from './lines.js';
import { broken, NOTHING, type LineReader, type Reading, type Values } from './reading.js';

/** Reads a JSON object from each line: a session, or a line of `--rejects` with one. */
export function ndjsonReader(names: FieldNames): LineReader {
  return (text, rule) => {
    if (rule !== undefined) return broken(rule);
    if (text.trim() === '') return NOTHING;
    const document = parseObject(text);
    if (!document) return broken('must be a JSON object');
    const rejected = document['values'];
    if (!isRejected(document)) return renamed(names, document);
    if (!isObject(rejected)) return broken('has no values; put them in, or leave the line out');
    return { kind: 'values', values: rejected };
  };
}

export function parseObject(text: string): Values | undefined {
  try {
    const value: unknown = JSON.parse(withoutByteOrderMark(text));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** `undefined` for what can be read but is nested too deeply to be written. */
export function written(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isRejected(document: Values): boolean {
  return 'line' in document && 'faults' in document;
}

/** What is not known is left as it is, so that the core can name it. */
function renamed(names: FieldNames, document: Values): Reading {
  const values: Record<string, unknown> = {};
  for (const [theirs, value] of Object.entries(document)) {
    const ours = names.ours(theirs) ?? theirs;
    if (ours === '') continue;
    if (Object.hasOwn(values, ours)) return broken(`has ${ours} twice`);
    Object.defineProperty(values, ours, { value, enumerable: true, configurable: true, writable: true });
  }
  return { kind: 'values', values };
}
