import { readFileSync } from 'node:fs';

interface CodeBlock {
  readonly language: string;
  readonly code: string;
}

export interface Command {
  readonly line: string;
  readonly output: string;
}

/** The fenced blocks of a Markdown file, in their order. */
export function codeBlocks(file: URL): CodeBlock[] {
  const fences = readFileSync(file, 'utf8').matchAll(/^```(\w+)\n(.*?)^```$/gms);
  return Array.from(fences, ([, language = '', code = '']) => ({ language, code }));
}

/** The commands of a console block, each with what it prints. */
export function commandsOf({ code }: CodeBlock): Command[] {
  return code
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const [, line = '', output = ''] = /^((?:.*\\\n)*.*)\n?([^]*)$/.exec(text) ?? [];
      return { line: line.replaceAll(/\\\n\s*/g, ''), output };
    });
}

/** The words of a command line, as a shell splits them: with quotes and variables, without escapes. */
export function wordsOf(line: string, variables: ReadonlyMap<string, string> = new Map()): string[] {
  const expand = (text: string) =>
    text.replaceAll(/\$(\w+)/g, (_, name: string) => variables.get(name) ?? '');
  return Array.from(
    line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g),
    ([, single, double, plain]) => single ?? expand(double ?? plain ?? ''),
  );
}
