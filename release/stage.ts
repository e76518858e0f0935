import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { buildSync } from 'esbuild';
import * as z from 'zod';

const packageSchema = z.looseObject({ name: z.string(), version: z.string() });
const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ dev: z.boolean().default(false) })),
});

/** The platform in the file names of the addon. */
export const PLATFORM = `${process.platform}-${process.arch}`;

/** The threads of the SQLite store, without extension. */
const THREADS = ['checkpoint-thread', 'reader-thread'].map((name) => `src/core/store/sqlite/${name}`);

/** Copies only the files that the program needs at run time on this platform. */
export function stage(root: string, directory: string): void {
  mkdirSync(directory, { recursive: true });
  for (const part of ['bin', 'dist', 'package.json']) {
    cpSync(join(root, part), join(directory, part), { recursive: true, filter: isProgram });
  }
  for (const path of productionDependencies(root)) {
    cpSync(path, join(directory, relative(root, path)), {
      recursive: true,
      dereference: true,
      filter: isProgram,
    });
  }
  bundleThreads(root, directory);
  trimAddon(join(directory, 'node_modules', 'better-sqlite3'));
  const manifest = packageSchema.parse(JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')));
  const addon = `node_modules/better-sqlite3/prebuilds/${PLATFORM}.node`;
  // pkg follows `require` only, so that it would miss these modules.
  const pkg = {
    assets: [
      'dist/**/*.js',
      'dist/dashboard/*',
      'dist/docs/*',
      'node_modules/**/*.mjs',
      ...THREADS.map((name) => `dist/${name}.cjs`),
      addon,
    ],
  };
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ ...manifest, pkg }));
}

/** Bundles each thread into one file, because threads cannot resolve modules inside the executable. */
function bundleThreads(root: string, directory: string): void {
  buildSync({
    entryPoints: THREADS.map((name) => join(root, `${name}.ts`)),
    outdir: join(directory, 'dist'),
    outbase: root,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'warning',
  });
}

/** False for declarations and source maps. */
function isProgram(path: string): boolean {
  return !/\.([cm]?ts|map)$/.test(path);
}

/** Returns the production dependencies that are installed; optional ones may be missing. */
function productionDependencies(root: string): string[] {
  const { packages } = lockSchema.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && !dev)
    .map(([path]) => join(root, path))
    .filter((path) => existsSync(path));
}

/** Removes the addons of other platforms and the sources of SQLite. */
function trimAddon(directory: string): void {
  for (const part of ['deps', 'src', 'binding.gyp']) rmSync(join(directory, part), { recursive: true });
  const prebuilds = join(directory, 'prebuilds');
  for (const file of readdirSync(prebuilds)) {
    if (basename(file, '.node') !== PLATFORM) rmSync(join(prebuilds, file));
  }
}
