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
      const [line = '', ...output] = text.split('\n');
      return { line, output: output.join('\n') };
    });
}

/** The words of a command line, as a shell splits them; it knows single quotes only. */
export function wordsOf(line: string): string[] {
  return Array.from(line.matchAll(/'([^']*)'|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? '');
}
