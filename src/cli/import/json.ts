import { parseJson } from '../../core/model/rules.js';
import { withoutByteOrderMark } from './lines.js';
import type { Values } from './reading.js';

/** `undefined` for what is no JSON, or no object. */
export function parseObject(text: string): Values | undefined {
  const value = parseJson(withoutByteOrderMark(text));
  return isObject(value) ? value : undefined;
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
