import { readFileSync, statSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { UsageError } from './errors.js';
import type { Io } from './io.js';
import { SETTINGS, type Setting } from './settings.js';

const PREFIX = 'STATS_';
const NAMES = Object.values<Setting>(SETTINGS).map(({ env }) => env);

/** Variables of `compose.yaml` and of the tests, which share the environment or the `.env` file. */
const OTHER_NAMES = /^STATS_(POSTGRES_PASSWORD$|TEST_)/;

/** Kubernetes sets these in every container for a Service such as `stats-service`. */
const SERVICE_NAMES = /_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_(TCP|UDP|SCTP)(_|$)/;
const SERVICE_ADDRESS = /^(tcp|udp|sctp):\/\//;

/** Maximum number of different characters in a name that is probably misspelt. */
const MAX_DISTANCE = 3;

const FILE = '.env';

/**
 * Adds the variables of `.env` in the working directory to the environment. Variables that are set stay. Other
 * tools use a directory of this name, which is ignored.
 *
 * @throws {UsageError} if the file cannot be read
 */
export function loadDotEnv(env: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(readDotEnv())) env[name] ??= value;
}

function readDotEnv(): NodeJS.Dict<string> {
  const text = decode(readFile());
  const variables = parseEnv(text);
  for (const [, name = ''] of text.matchAll(/^\s*(?:export\s+)?(STATS_\w+)/gm)) {
    if (!Object.hasOwn(variables, name))
      throw new UsageError(`${FILE} has ${name} without =; write ${name}=…`);
  }
  return variables;
}

function readFile(): Buffer {
  try {
    const exists = statSync(FILE, { throwIfNoEntry: false })?.isFile() ?? false;
    return exists ? readFileSync(FILE) : Buffer.alloc(0);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${FILE} cannot be read (${cause}); correct its permissions, or remove it`);
  }
}

/** Omits a byte order mark. */
function decode(bytes: Buffer): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // UTF-16 without a byte order mark.
    if (!text.includes('\0')) return text;
  } catch {
    // The bytes are not UTF-8.
  }
  throw new UsageError(`${FILE} is not in UTF-8; save it as UTF-8`);
}

/**
 * Rejects a setting that would have no effect.
 *
 * @throws {UsageError} for an unknown or empty variable
 */
export function checkEnvironment(env: Io['env']): void {
  for (const [name, value = ''] of Object.entries(env)) {
    const probable = normalized(name);
    if (name !== probable && NAMES.includes(probable)) {
      throw new UsageError(`${name} is not a setting; did you mean ${probable}?`);
    }
    if (!name.startsWith(PREFIX) || OTHER_NAMES.test(name)) continue;
    if (NAMES.includes(name)) {
      if (value.trim() === '') throw new UsageError(`${name} is empty; set it or remove it`);
    } else if (!SERVICE_NAMES.test(name) && !SERVICE_ADDRESS.test(value)) {
      throw new UsageError(`${name} is not a setting; ${suggestionFor(name)}`);
    }
  }
}

/** Undoes what people write around a name in `.env`: other case, hyphens, quotes, the `set` of a Windows shell. */
function normalized(name: string): string {
  const bare = name.replace(/^set\s+/i, '').replaceAll(/["'`]/g, '');
  return bare.replaceAll('-', '_').toUpperCase();
}

function suggestionFor(name: string): string {
  const [best] = NAMES.map((known) => ({ known, distance: distanceBetween(name, known) })).toSorted(
    (a, b) => a.distance - b.distance,
  );
  if (best && best.distance <= MAX_DISTANCE) return `did you mean ${best.known}?`;
  return `remove it, or use one of ${NAMES.join(', ')}`;
}

/** The Levenshtein distance: the number of characters to insert, delete or replace. */
function distanceBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, character] of Array.from(from).entries()) {
    const next = [index + 1];
    for (const [column, other] of Array.from(to).entries()) {
      const replaced = (row[column] ?? 0) + (character === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
