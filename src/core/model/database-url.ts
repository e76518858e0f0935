const SQLITE = /^sqlite:(.+)$/s;

/** Returns the path of a `sqlite:PATH` URL; `undefined` for other URLs. */
export function sqlitePath(url: string): string | undefined {
  // The driver trims the path, so all checks must see the trimmed one.
  return SQLITE.exec(url)?.[1]?.trim();
}
