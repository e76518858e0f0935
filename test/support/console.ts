import assert from 'node:assert/strict';
import { runBin, type ProcessOptions } from './cli.js';
import { TestDirectory } from './directory.js';
import { codeBlocks, commandsOf, wordsOf } from './markdown.js';
import { startService } from './service.js';

const PRINTED_URL = 'http://127.0.0.1:8080';
const TIME = /20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

/** Runs the commands of a Markdown file on a new server and compares their outputs with the file. */
export async function assertCommands(file: URL): Promise<void> {
  await using directory = await TestDirectory.create();
  const env = { XDG_DATA_HOME: directory.path };
  await using service = await startService(['--port', '0'], env);

  const commands = codeBlocks(file)
    .filter(({ language }) => language === 'console')
    .flatMap(commandsOf);
  assert.ok(commands.length > 5);
  const variables = new Map<string, string>();
  for (const { line, output } of commands) {
    const [program = '', ...argv] = wordsOf(line.replaceAll(PRINTED_URL, service.url), variables);
    const [, name, value] = /^(\w+)=(.*)$/.exec(program) ?? [];
    if (name !== undefined && value !== undefined) {
      variables.set(name, value);
      continue;
    }
    const printed = program === 'curl' ? await curl(argv) : await npx(argv, { env, cwd: directory.path });
    assert.equal(mask(printed), mask(output), line);
  }
}

/** Masks times and the database path, which differ between runs. */
function mask(text: string): string {
  return text.replaceAll(TIME, 'TIME').replaceAll(/sqlite:\S+\/stats-service\/stats\.db/g, 'DATABASE');
}

async function npx([name, ...argv]: readonly string[], options: ProcessOptions): Promise<string> {
  assert.equal(name, 'stats-service');
  const { stdout, stderr } = await runBin(argv, options);
  // A terminal shows messages before data.
  return stderr + stdout;
}

/** Implements the curl options in the documents, so that curl need not be installed. */
async function curl(argv: readonly string[]): Promise<string> {
  const headers: [string, string][] = [];
  let url = '';
  let method: string | undefined;
  let body: string | undefined;
  let format = 'text';
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (word === '-s') continue;
    else if (word === '-X') method = argv[++index];
    else if (word === '-H') headers.push(headerOf(argv[++index] ?? ''));
    else if (word === '-d') body = argv[++index];
    else if (word === '-o') [format, index] = ['status', index + 1];
    else if (word === '-w') assert.equal(argv[++index], '%{http_code}\\n');
    else if (word === '|') format = argv[++index] ?? '';
    else url = word;
  }
  method ??= body === undefined ? 'GET' : 'POST';
  const response = await fetch(url, { method, headers, body });
  const text = await response.text();
  if (format === 'status') return `${response.status}\n`;
  return format === 'jq' ? `${JSON.stringify(JSON.parse(text), null, 2)}\n` : text;
}

function headerOf(text: string): [string, string] {
  const [name = '', value = ''] = text.split(': ');
  return [name, value];
}
