/** Lays out the stages of a Dockerfile in folders, without Docker and without root's rights. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DockerfileParser, type Instruction } from 'dockerfile-ast';
import * as z from 'zod';
import { runCommand } from '../../test/support/cli.js';
import { copyContext } from './docker-context.js';
import { copyInto } from './docker-copy.js';
import { ROOT, shellEnvironment } from './npm.js';

const execSchema = z.array(z.string());

export interface Stage {
  readonly name: string;
  /** What is its root. */
  readonly folder: string;
  /** Where it runs, as it sees that itself. */
  workdir: string;
  readonly env: Record<string, string>;
  readonly volumes: string[];
  entrypoint: readonly string[];
  cmd: readonly string[];
  healthcheck: readonly string[];
}

export interface Layout {
  readonly stages: readonly Stage[];
  /** The instructions that only a real engine can follow. */
  readonly skipped: readonly string[];
}

/** A folder of the system itself, which is not the stage's here. */
const SYSTEM_PATH = /(^|\s)\/[a-z]/;

export async function layOut(text: string, folder: string): Promise<Layout> {
  const context = join(folder, 'context');
  copyContext(ROOT, context);
  const stages: Stage[] = [];
  const skipped: string[] = [];
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const keyword = instruction.getKeyword();
    const words = wordsOf(instruction);
    if (keyword === 'FROM') {
      stages.push(newStage(words, stages, folder));
      continue;
    }
    const stage = stages.at(-1);
    assert.ok(stage, `${keyword} before FROM`);
    const isDone = await follow(stage, keyword, instruction, (name) => {
      const from = stages.find((other) => other.name === name);
      return name === undefined ? context : from?.folder;
    });
    if (!isDone) skipped.push(instruction.toString());
  }
  return { stages, skipped };
}

function newStage(words: readonly string[], stages: readonly Stage[], folder: string): Stage {
  const [from = '', , name = ''] = words.filter((word) => !word.startsWith('--'));
  const own = join(folder, `stage-${stages.length}`);
  mkdirSync(own, { recursive: true });
  const parent = stages.find((stage) => stage.name === from);
  if (!parent) {
    return {
      name,
      folder: own,
      workdir: '/',
      env: {},
      volumes: [],
      entrypoint: [],
      cmd: [],
      healthcheck: [],
    };
  }
  cpSync(parent.folder, own, { recursive: true, verbatimSymlinks: true });
  return { ...parent, name, folder: own, env: { ...parent.env }, volumes: [...parent.volumes] };
}

/** Whether it could be followed. */
async function follow(
  stage: Stage,
  keyword: string,
  instruction: Instruction,
  folderOf: (stage: string | undefined) => string | undefined,
): Promise<boolean> {
  const words = wordsOf(instruction);
  const content = instruction.getRawArgumentsContent() ?? '';
  switch (keyword) {
    case 'WORKDIR':
      stage.workdir = resolve(stage.workdir, words[0] ?? '');
      mkdirSync(join(stage.folder, stage.workdir), { recursive: true });
      return true;
    case 'ENV':
      for (const word of words) stage.env[word.split('=')[0] ?? ''] = word.slice(word.indexOf('=') + 1);
      return true;
    case 'ARG':
      for (const word of words) stage.env[word] = builtIn(word);
      return true;
    case 'VOLUME':
      stage.volumes.push(...words);
      return true;
    case 'COPY':
      copyInto(stage, words, folderOf);
      return true;
    case 'RUN':
      if (SYSTEM_PATH.test(content)) return false;
      await runIn(stage, content);
      return true;
    case 'ENTRYPOINT':
      stage.entrypoint = execSchema.parse(JSON.parse(content));
      return true;
    case 'CMD':
      stage.cmd = execSchema.parse(JSON.parse(content));
      return true;
    case 'HEALTHCHECK':
      stage.healthcheck = execSchema.parse(JSON.parse(content.slice(content.indexOf('['))));
      return true;
    default:
      return false;
  }
}

/** What BuildKit tells a build of itself. */
function builtIn(name: string): string {
  if (name !== 'TARGETARCH') throw new Error(`${name} is not understood.`);
  return process.arch === 'x64' ? 'amd64' : process.arch;
}

async function runIn({ folder, workdir, env }: Stage, script: string): Promise<void> {
  const options = { cwd: join(folder, workdir), env: { ...shellEnvironment(), ...env } };
  const { code, stderr } = await runCommand(['sh', '-c', script], options);
  assert.equal(code, 0, `RUN ${script}\n${stderr}`);
}

/** The parser does not count flags among the arguments. */
function wordsOf(instruction: Instruction): string[] {
  return instruction.toString().split(/\s+/).slice(1);
}

/** The text of the project's own. */
export function readDockerfile(): string {
  return readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
}
