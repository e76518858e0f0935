/** Generates parts of the documentation: `npm run docs`. A test checks that they are up to date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { createProgram } from '../src/cli/main.js';
import { problemsTable } from './problems.js';
import { RULES, wrap } from '../src/cli/import/xapi/rules.js';
import { SETTINGS, type Setting } from '../src/cli/settings.js';

const CLI = new URL('../docs/cli.md', import.meta.url);
const OPERATIONS = new URL('../docs/operations.md', import.meta.url);
const IMPORT = new URL('../docs/import.md', import.meta.url);
const HTTP = new URL('../docs/http.md', import.meta.url);

export function generatedDocs(): ReadonlyMap<URL, string> {
  return new Map([
    [CLI, cliReference()],
    [OPERATIONS, withPart(OPERATIONS, 'settings', settingsTable())],
    [IMPORT, withPart(IMPORT, 'xapi-rules', rulesList())],
    [HTTP, withPart(HTTP, 'problems', problemsTable())],
  ]);
}

/** Returns the text of a file with the part between its marker comments replaced. */
function withPart(file: URL, name: string, part: string): string {
  const text = readFileSync(file, 'utf8');
  const place = new RegExp(`(?<=<!-- ${name} -->\\n)[^]*(?=<!-- /${name} -->)`);
  if (!place.test(text)) throw new Error(`${file.pathname} has no <!-- ${name} --> markers.`);
  return text.replace(place, () => `\n${part}\n\n`);
}

function cliReference(): string {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const { signal } = new AbortController();
  const io = {
    stdin: Readable.from([]),
    stdout: nowhere,
    stderr: nowhere,
    env: {},
    terminal: false,
    stderrTerminal: false,
    version: '',
    signal,
  };
  const program = createProgram(io);
  const commands = helpOf(program);
  const links = commands.map(({ name }) => `- [${name}](#${name.replaceAll(' ', '-')})`);
  const sections = commands.map(({ name, help }) => `## ${name}\n\n\`\`\`text\n${help.trimEnd()}\n\`\`\`\n`);
  return [
    '# The command line\n',
    'The output of `--help`, by command. `npm run docs` generates this page.\n',
    `${links.join('\n')}\n`,
    ...sections,
  ].join('\n');
}

function helpOf(command: Command, parent = ''): { name: string; help: string }[] {
  const name = `${parent} ${command.name()}`.trim();
  command.configureHelp({ ...command.configureHelp(), helpWidth: 110 });
  const own = { name, help: command.helpInformation() };
  return [own, ...command.commands.flatMap((child) => helpOf(child, name))];
}

function settingsTable(): string {
  const rows = Object.values<Setting>(SETTINGS).map(
    ({ flags, env, meaning, fallback }) =>
      `| ${flags === undefined ? '' : `\`${flags}\``} | \`${env}\` | ${meaning} | ${fallback} |`,
  );
  return ['| flag | environment | meaning | default |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function rulesList(): string {
  return Object.entries(RULES)
    .map(([name, rule]) => wrap(`- **${name}**: ${rule}`))
    .join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, text] of generatedDocs()) writeFileSync(file, text);
}
