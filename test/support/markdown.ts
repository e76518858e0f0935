import { readFileSync } from 'node:fs';

interface CodeBlock {
  readonly language: string;
  readonly code: string;
}

export interface Command {
  readonly line: string;
  readonly output: string;
}

export function codeBlocks(file: URL): CodeBlock[] {
  return blocksOf(readFileSync(file, 'utf8'));
}

/** Returns the text of a section with a heading of level 2. */
export function sectionOf(file: URL, heading: string): string {
  const sections = readFileSync(file, 'utf8').split(/^## /m);
  return sections.find((section) => section.startsWith(`${heading}\n`)) ?? '';
}

export function blocksOf(text: string): CodeBlock[] {
  const fences = text.matchAll(/^```(\w+)\n(.*?)^```$/gms);
  return Array.from(fences, ([, language = '', code = '']) => ({ language, code }));
}

export function commandsOf({ code }: CodeBlock): Command[] {
  return code
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const [, line = '', output = ''] = /^((?:.*\\\n)*.*)\n?([^]*)$/.exec(text) ?? [];
      return { line: line.replaceAll(/\\\n\s*/g, ''), output };
    });
}

/** Splits a command line like a shell, with quotes and variables but without escapes. */
export function wordsOf(line: string, variables: ReadonlyMap<string, string> = new Map()): string[] {
  const expand = (text: string) =>
    text.replaceAll(/\$(\w+)/g, (_, name: string) => variables.get(name) ?? '');
  return Array.from(
    line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g),
    ([, single, double, plain]) => single ?? expand(double ?? plain ?? ''),
  );
}
