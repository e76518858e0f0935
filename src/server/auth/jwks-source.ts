import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { JSONWebKeySet } from 'jose';
import * as z from 'zod';

/** Milliseconds. */
const TIMEOUT = 5_000;
/** Characters of a response. */
const MAX_RESPONSE = 1024 * 1024;
const LOOPBACK = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

const keySetSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });
const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.string() });

/**
 * Returns a function that loads the keys of an issuer.
 *
 * @param source a URL, the path of a file, or `undefined` to discover the URL (OpenID Connect Discovery 1.0, section 4)
 *
 * @throws {RangeError} if the issuer or the source is a URL that is neither HTTPS nor on this machine, or has a password, or
 *   if the file does not exist
 */
export function jwksLoader(issuer: string, source: string | undefined): () => Promise<JSONWebKeySet> {
  if (source !== undefined && !/^[a-z][a-z\d+.-]+:/i.test(source)) {
    if (!existsSync(source))
      throw new RangeError(`"${source}" does not exist; it must be a file with keys, or an https URL.`);
    return async () => keySetSchema.parse(JSON.parse(await readFile(source, 'utf8')));
  }
  if (source !== undefined) {
    const url = safeUrl(source);
    return async () => keySetSchema.parse(await fetchJson(url));
  }
  const discovery = safeUrl(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  return async () => {
    const document = discoverySchema.parse(await fetchJson(discovery));
    if (document.issuer !== issuer)
      throw new Error(`${nameOf(discovery)} is the document of another issuer.`);
    return keySetSchema.parse(await fetchJson(safeUrl(document.jwks_uri)));
  };
}

/** Keys that are fetched without TLS could be anybody's. */
function safeUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.username !== '' || url.password !== '')) {
    throw new RangeError(`The URL of ${url.host} must not have a user name or a password.`);
  }
  if (url && (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname))))
    return url;
  throw new RangeError(`"${text}" must be an https URL.`);
}

/** Without the query, which may have a secret. */
function nameOf({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

async function fetchJson(url: URL): Promise<unknown> {
  const response = await fetch(url, {
    headers: { Accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT),
  });
  if (!response.ok) throw new Error(`${nameOf(url)} responded with ${response.status}.`);
  const text = await textOf(response);
  return JSON.parse(text);
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_RESPONSE) throw new Error('The issuer sent more than 1 MiB.');
  }
  return text;
}
