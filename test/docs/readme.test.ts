import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runBin, runNode } from '../support/cli.js';
import { createDatabase } from '../support/databases.js';
import { codeBlocks, commandsOf, wordsOf } from '../support/markdown.js';
import { startService } from '../support/service.js';
import { sqlitePath } from '../support/sql.js';

const README = new URL('../../README.md', import.meta.url);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PRINTED_URL = 'http://127.0.0.1:8080';
const TIME = /20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

test('every command of the README prints what it says', async () => {
  await using folder = await createDatabase('sqlite');
  const env = { XDG_DATA_HOME: dirname(sqlitePath(folder.url)) };
  await using service = await startService(['--port', '0'], env);

  const commands = codeBlocks(README)
    .filter(({ language }) => language === 'console')
    .flatMap(commandsOf);
  assert.ok(commands.length > 5);
  for (const { line, output } of commands) {
    const [program, ...argv] = wordsOf(line.replaceAll(PRINTED_URL, service.url));
    const printed = program === 'curl' ? await curl(argv) : await npx(argv, env);
    assert.equal(mask(printed), mask(output), line);
  }
});

test('the example of the library runs and prints what it says', async () => {
  const blocks = codeBlocks(README);
  const [example, printed] = ['ts', 'text'].map((name) => blocks.find(({ language }) => language === name));
  assert.ok(example && printed);
  const argv = ['--input-type=module-typescript', '--eval', example.code];
  const { code, stdout, stderr } = await runNode(argv, { cwd: ROOT });
  assert.equal(code, 0, stderr);
  assert.equal(stdout, printed.code);
});

/** What happens now has another time in each run. */
function mask(text: string): string {
  return text.replaceAll(TIME, 'TIME').replaceAll(/sqlite:\S+\/stats-service\/stats\.db/g, 'DATABASE');
}

async function npx(
  [name, ...argv]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  assert.equal(name, 'stats-service');
  const { stdout, stderr } = await runBin(argv, { env });
  // The order in which a terminal shows them: what happened, then the data.
  return stderr + stdout;
}

/** The options that the README uses, without asking the machine for curl. */
async function curl(argv: readonly string[]): Promise<string> {
  const headers: [string, string][] = [];
  let url = '';
  let body: string | undefined;
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (word === '-s') continue;
    else if (word === '-H') headers.push(headerOf(argv[++index] ?? ''));
    else if (word === '-d') body = argv[++index];
    else url = word;
  }
  const response = await fetch(url, { method: body === undefined ? 'GET' : 'POST', headers, body });
  return response.text();
}

function headerOf(text: string): [string, string] {
  const [name = '', value = ''] = text.split(': ');
  return [name, value];
}
