/** The oldest Node.js that all dependencies support; equals `engines` in package.json. */
const OLDEST_NODE: readonly [major: number, minor: number] = [22, 19];

/**
 * Returns the error message for an unsupported version of Node.js, or `undefined`. Must be called before
 * SQLite is loaded: on Node 20, better-sqlite3 13 ends the process instead of throwing.
 */
export function unsupportedNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `stats-service needs Node.js ${oldestMajor}.${oldestMinor} or newer; this is Node.js ${version}.`;
}
