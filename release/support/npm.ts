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
  /** The file that would be published. */
  readonly tarball: string;
  /** The paths in it. */
  readonly files: readonly string[];
}

/** A temporary directory, removed with its content. Compilers and npm resolve links, and compare paths. */
export async function createDirectory(): Promise<Directory> {
  return mkdtempDisposable(join(await realpath(tmpdir()), 'stats-service-release-'));
}

/** The environment of a user's shell, without the variables that npm sets for this test. */
export function shellEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_(ENV|OPTIONS|TEST)|INIT_CWD|STATS_)/.test(name),
  );
  const variables = entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const withNode = [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
  // A person's own settings of npm may be worth a warning; what our program says is looked at to the letter.
  return { ...Object.fromEntries(variables), PATH: withNode, npm_config_loglevel: 'error' };
}

/** Runs npm to its end; what it has said on stdout. */
export async function npm(argv: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await runCommand(['npm', ...argv], { cwd, env: shellEnvironment() });
  assert.equal(code, 0, `npm ${argv.join(' ')}\n${stderr}`);
  return stdout;
}

/** Makes the package as publishing does, the build included. */
export async function pack(): Promise<Packed> {
  const directory = await createDirectory();
  const said = await npm(['pack', '--json', '--silent', '--pack-destination', directory.path], ROOT);
  const [{ filename, files }] = packedSchema.parse(JSON.parse(said.slice(said.indexOf('['))));
  return { ...directory, tarball: join(directory.path, filename), files: files.map(({ path }) => path) };
}

/** A new project that depends on these packages. */
export async function installInto(packages: readonly string[]): Promise<Directory> {
  const directory = await createDirectory();
  // Node's package places the program by a script; ours has none.
  const manifest = { private: true, allowScripts: { node: true } };
  await writeFile(join(directory.path, 'package.json'), JSON.stringify(manifest));
  await npm(['install', '--omit=dev', '--no-audit', '--no-fund', ...packages], directory.path);
  return directory;
}
