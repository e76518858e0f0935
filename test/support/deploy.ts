import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand, type Finished } from './cli.js';
import { TestDirectory } from './directory.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FAKE = fileURLToPath(new URL('fake-command.sh', import.meta.url));

/** One line of output per call of a command. The last one repeats; FAIL is exit code 1. */
export type Answers = Readonly<Record<string, readonly string[]>>;

export interface Deployed extends Finished {
  readonly calls: readonly (readonly string[])[];
  readonly stdin: string;
}

/** Runs infra/deploy.ts with fake programs in its PATH. */
export async function deploy(argv: readonly string[], answers: Answers): Promise<Deployed> {
  await using directory = await TestDirectory.create(tmpdir());
  const inDirectory = (...names: string[]) => join(directory.path, ...names);
  for (const program of ['aws', 'docker', 'git']) await copyFile(FAKE, inDirectory(program));
  await mkdir(inDirectory('answers'));
  for (const file of ['calls', 'stdin']) await writeFile(inDirectory(file), '');
  for (const [command, lines] of Object.entries(answers)) {
    await writeFile(inDirectory('answers', command), `${lines.join('\n')}\n`);
  }
  const env = { PATH: [directory.path, process.env['PATH']].join(delimiter) };
  const finished = await runCommand([process.execPath, 'infra/deploy.ts', '--pause', '0', ...argv], {
    cwd: ROOT,
    env,
  });
  const calls = (await readFile(inDirectory('calls'), 'utf8')).split('\0\n').slice(0, -1);
  const stdin = await readFile(inDirectory('stdin'), 'utf8');
  return { ...finished, calls: calls.map((call) => call.split('\0')), stdin };
}
