/** The oldest Node.js that every dependency supports; package.json says the same under `engines`. */
const OLDEST_NODE: readonly [major: number, minor: number] = [22, 19];

/**
 * The error message for an unsupported version of Node.js, or `undefined`. It must be checked before SQLite is loaded:
 * better-sqlite3 13 ends the process on Node 20 instead of throwing.
 */
export function unsupportedNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `stats-service needs Node.js ${oldestMajor}.${oldestMinor} or newer; this is Node.js ${version}.`;
}
