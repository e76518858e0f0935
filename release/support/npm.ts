import assert from 'node:assert/strict';
import { mkdtempDisposable, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { runCommand } from '../../test/support/cli.js';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');

const packedSchema = z.tuple([
  z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) }),
]);

export interface Directory extends AsyncDisposable {
  readonly path: string;
}

export interface Packed extends Directory {
  readonly tarball: string;
  readonly files: readonly string[];
}

/** Creates a temporary directory without symlinks in its path, because npm compares resolved paths. */
export async function createDirectory(): Promise<Directory> {
  return mkdtempDisposable(join(await realpath(tmpdir()), 'stats-service-release-'));
}

/** Returns the environment without the variables that npm and the test runner set. */
export function shellEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_(ENV|OPTIONS|TEST)|INIT_CWD|STATS_)/.test(name),
  );
  const variables = entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const withNode = [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
  // npm may warn about the settings of the user, but the tests compare stderr exactly.
  return { ...Object.fromEntries(variables), PATH: withNode, npm_config_loglevel: 'error' };
}

/** Runs npm and returns its stdout. */
export async function npm(argv: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await runCommand(['npm', ...argv], { cwd, env: shellEnvironment() });
  assert.equal(code, 0, `npm ${argv.join(' ')}\n${stderr}`);
  return stdout;
}

/** Builds and packs the package, like `npm publish`. */
export async function pack(): Promise<Packed> {
  const directory = await createDirectory();
  const output = await npm(['pack', '--json', '--silent', '--pack-destination', directory.path], ROOT);
  const [{ filename, files }] = packedSchema.parse(JSON.parse(output.slice(output.indexOf('['))));
  return { ...directory, tarball: join(directory.path, filename), files: files.map(({ path }) => path) };
}

/** Creates a project that depends on these packages, and installs them. */
export async function installInto(packages: readonly string[]): Promise<Directory> {
  const directory = await createDirectory();
  // The package `node` needs its install script.
  const manifest = { private: true, allowScripts: { node: true } };
  await writeFile(join(directory.path, 'package.json'), JSON.stringify(manifest));
  await npm(['install', '--omit=dev', '--no-audit', '--no-fund', ...packages], directory.path);
  return directory;
}
