import { readFile } from 'node:fs/promises';

/** The files of the page `/docs`, with the types that they are served as. */
const TYPES = {
  'index.html': 'text/html; charset=utf-8',
  'start.js': 'text/javascript; charset=utf-8',
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};

export type AssetName = keyof typeof TYPES;

export interface Asset {
  readonly type: string;
  readonly content: Buffer;
}

/** The build puts them all there; the sources, which the tests run from, are a level further up. */
const FOLDER = new URL(
  import.meta.url.endsWith('.ts') ? '../../../dist/docs/' : '../../../docs/',
  import.meta.url,
);

const read = new Map<AssetName, Promise<Buffer>>();

/** Reads a file when it is first asked for. */
export async function readAsset(name: AssetName): Promise<Asset> {
  let content = read.get(name);
  if (!content) {
    content = readFile(new URL(name, FOLDER));
    read.set(name, content);
    // A failure is not kept: the next one who asks may have more luck.
    content.catch(() => read.delete(name));
  }
  return { type: TYPES[name], content: await content };
}
