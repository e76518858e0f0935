import { readFileSync } from 'node:fs';
import * as z from 'zod';

const manifestSchema = z.object({ version: z.string() });

/** The version of what is built, as package.json says it. */
export function readVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return manifestSchema.parse(JSON.parse(manifest)).version;
}
