import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The files of the page `/docs`, and their media types. */
const TYPES = {
  'index.html': 'text/html; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
  'start.js': 'text/javascript; charset=utf-8',
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};

export type AssetName = keyof typeof TYPES;

/** The build copies the files to `dist/docs`. Tests run from `src`, which is one level further down. */
const DIRECTORY = new URL(
  import.meta.url.endsWith('.ts') ? '../../../dist/docs/' : '../../../docs/',
  import.meta.url,
);

const contents = new Map<AssetName, Buffer>();

/** Reads each file once, synchronously: a single executable has no asynchronous reads of its assets. */
export function readAsset(name: AssetName): { readonly type: string; readonly content: Buffer } {
  const content = contents.get(name) ?? readFileSync(fileURLToPath(new URL(name, DIRECTORY)));
  contents.set(name, content);
  return { type: TYPES[name], content };
}
