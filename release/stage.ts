import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { buildSync } from 'esbuild';
import * as z from 'zod';

const packageSchema = z.looseObject({ name: z.string(), version: z.string() });
const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ dev: z.boolean().default(false) })),
});

/** The platform as the addon's files are named. */
export const PLATFORM = `${process.platform}-${process.arch}`;

const THREAD = 'dist/src/core/store/sqlite/checkpoint-thread.cjs';

/** Lays out what the program needs at run time, and nothing else, for one platform. */
export function stage(root: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const part of ['bin', 'dist', 'package.json']) {
    cpSync(join(root, part), join(folder, part), { recursive: true, filter: isProgram });
  }
  for (const path of productionDependencies(root)) {
    cpSync(path, join(folder, relative(root, path)), {
      recursive: true,
      dereference: true,
      filter: isProgram,
    });
  }
  bundleThread(root, folder);
  trimAddon(join(folder, 'node_modules', 'better-sqlite3'));
  const manifest = packageSchema.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  const addon = `node_modules/better-sqlite3/prebuilds/${PLATFORM}.node`;
  // pkg follows only what is required: it would miss the modules that wrap a package for those who import it.
  const pkg = { assets: ['dist/**/*.js', 'dist/docs/*', 'node_modules/**/*.mjs', THREAD, addon] };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, pkg }));
}

/** A thread finds no modules inside the executable. */
function bundleThread(root: string, folder: string): void {
  buildSync({
    entryPoints: [join(root, 'src/core/store/sqlite/checkpoint-thread.ts')],
    outfile: join(folder, THREAD),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'warning',
  });
}

/** Not what only compilers and debuggers read. */
function isProgram(path: string): boolean {
  return !/\.([cm]?ts|map)$/.test(path);
}

/** As the lockfile has installed them: not all that are optional are. */
function productionDependencies(root: string): string[] {
  const { packages } = lockSchema.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && !dev)
    .map(([path]) => join(root, path))
    .filter((path) => existsSync(path));
}

/** The addon comes for every platform, and with SQLite's sources. */
function trimAddon(folder: string): void {
  for (const part of ['deps', 'src', 'binding.gyp']) rmSync(join(folder, part), { recursive: true });
  const prebuilds = join(folder, 'prebuilds');
  for (const file of readdirSync(prebuilds)) {
    if (basename(file, '.node') !== PLATFORM) rmSync(join(prebuilds, file));
  }
}
