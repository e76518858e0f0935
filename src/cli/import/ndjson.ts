import type { FieldNames } from './fields.js';
import { isObject, parseObject } from './json.js';
import { broken, NOTHING, type LineReader, type Reading, type Values } from './reading.js';

const OF_LIST = 'must be a JSON object; of a list, each on a line of its own';

/** Reads a JSON object from each line: a session, or a line of `--rejects` with one. */
export function ndjsonReader(names: FieldNames): LineReader {
  return (text, rule) => {
    if (rule !== undefined) return broken(rule);
    if (text.trim() === '') return NOTHING;
    const document = parseObject(text);
    if (!document) return broken(text.startsWith('[') ? OF_LIST : 'must be a JSON object');
    if (!isRejected(document)) return renamed(names, document);
    const rejected = document['values'];
    if (!isObject(rejected)) return broken('has no values; put them in, or leave the line out');
    return { kind: 'values', values: rejected };
  };
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
