import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { FakeCommands, type Answers, type FakeCall } from './fake-commands.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Deployed {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly calls: readonly FakeCall[];
}

/** Runs the real deploy, which finds only fake programs. */
export async function deploy(argv: readonly string[], answers: Answers): Promise<Deployed> {
  using commands = new FakeCommands(['aws', 'docker', 'git'], answers);
  const env = { ...process.env, PATH: [commands.folder, process.env['PATH']].join(delimiter) };
  const command = ['--import', 'tsx', 'infra/deploy/index.ts', '--pause', '0', ...argv];
  const child = spawn(process.execPath, command, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr, calls: commands.calls() };
}
