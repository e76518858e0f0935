import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { FakeAnswer, FakeCall } from './fake-command.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FAKE = new URL('fake-command.ts', import.meta.url).href;

const callSchema = z.object({ program: z.string(), args: z.array(z.string()), stdin: z.string() });

export type Answers = Readonly<Record<string, readonly FakeAnswer[]>>;

export interface Deployed {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly calls: readonly FakeCall[];
}

/** Runs the real deploy, which finds only fake programs. */
export async function deploy(argv: readonly string[], answers: Answers): Promise<Deployed> {
  const folder = mkdtempSync(join(tmpdir(), 'stats-deploy-'));
  try {
    writeFileSync(join(folder, 'answers.json'), JSON.stringify(answers));
    for (const program of ['aws', 'docker', 'git']) {
      const file = join(folder, program);
      writeFileSync(file, `#!${process.execPath}\nimport(${JSON.stringify(FAKE)});\n`);
      chmodSync(file, 0o755);
    }
    const env = { ...process.env, PATH: [folder, process.env['PATH']].join(delimiter), FAKE_FOLDER: folder };
    const command = ['--import', 'tsx', 'infra/deploy/index.ts', '--pause', '0', ...argv];
    const child = spawn(process.execPath, command, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { code, stdout, stderr, calls: callsIn(join(folder, 'calls.jsonl')) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function callsIn(file: string): FakeCall[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => callSchema.parse(JSON.parse(line)));
}
