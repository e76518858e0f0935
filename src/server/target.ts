import { HttpError } from './http-error.js';

/** Bytes. */
export const MAX_URL = 8 * 1024;

export interface Target {
  readonly pathname: string;
  readonly search: string;
}

/** @throws {HttpError} `uri-too-long` */
export function parseTarget(url: string): Target {
  // Node gives one character for each byte.
  if (url.length > MAX_URL) throw uriTooLong();
  // RFC 9112, section 3.2.2: a server takes the absolute form too.
  const target = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?#]*/i, '');
  const end = target.indexOf('?');
  if (end === -1) return { pathname: target, search: '' };
  return { pathname: target.slice(0, end), search: target.slice(end + 1) };
}

export function uriTooLong(): HttpError {
  return new HttpError('uri-too-long', `The URL must not exceed ${MAX_URL} bytes.`);
}

/** What cannot be decoded stays as it is: the value's own rule refuses it, and names it. */
export function decoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
