import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The files of the page `/docs`, with the types that they are served as. */
const TYPES = {
  'index.html': 'text/html; charset=utf-8',
  'start.js': 'text/javascript; charset=utf-8',
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};

export type AssetName = keyof typeof TYPES;

interface Asset {
  readonly type: string;
  readonly content: Buffer;
}

/** The build puts them all there; the sources, which the tests run from, are a level further up. */
const FOLDER = new URL(
  import.meta.url.endsWith('.ts') ? '../../../dist/docs/' : '../../../docs/',
  import.meta.url,
);

const contents = new Map<AssetName, Buffer>();

/** Reads a file when it is first asked for. */
export function readAsset(name: AssetName): Asset {
  // Inside a single executable only the synchronous calls find the files.
  const content = contents.get(name) ?? readFileSync(fileURLToPath(new URL(name, FOLDER)));
  contents.set(name, content);
  return { type: TYPES[name], content };
}
