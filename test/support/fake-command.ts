/** Stands in for `aws`, `docker` and `git`: records each call and answers as the test has laid down. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

export interface FakeAnswer {
  readonly stdout?: string;
  readonly code?: number;
}

export interface FakeCall {
  readonly program: string;
  readonly args: readonly string[];
  readonly stdin: string;
}

const folder = process.env['FAKE_FOLDER'] ?? '';
const calls = join(folder, 'calls.jsonl');
const program = basename(process.argv[1] ?? '');
const args = process.argv.slice(2);
const key = [program, ...args.slice(0, 2)].join(' ');

const earlier = existsSync(calls) ? readFileSync(calls, 'utf8').split('\n').slice(0, -1) : [];
const repeated = earlier.filter((line) => line.includes(`"key":${JSON.stringify(key)}`)).length;
const call = { key, program, args, stdin: readFileSync(0, 'utf8') };
appendFileSync(calls, `${JSON.stringify(call)}\n`);

const laidDown: Record<string, FakeAnswer[]> = JSON.parse(readFileSync(join(folder, 'answers.json'), 'utf8'));
// The last answer is given from then on; a command that the test does not know is one too many.
const answers = laidDown[key] ?? [{ code: 99 }];
const answer = answers[Math.min(repeated, answers.length - 1)];
process.stdout.write(answer?.stdout ?? '');
process.exitCode = answer?.code ?? 0;
