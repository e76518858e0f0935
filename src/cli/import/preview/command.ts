import type { ImportOptions } from '../options.js';

/** Characters of a line of a command. */
const LINE_WIDTH = 96;
/** Characters that no shell interprets. */
const PLAIN = /^[\w./:@%+=,-]+$/;

/** Returns the arguments of the command that imports a file with these options. */
export function importArguments(file: string, options: ImportOptions): string[] {
  const { map, default: defaults, onConflict } = options;
  const flags: readonly (readonly [flag: string, value: string | boolean | undefined])[] = [
    ['--format', options.format],
    ['--delimiter', options.delimiter === '\t' ? 'tab' : options.delimiter],
    ['--encoding', options.encoding],
    ...map.map((text) => ['--map', text] as const),
    ...defaults.map((text) => ['--default', text] as const),
    ['--decimal-comma', options.decimalComma],
    ['--time-unit', options.timeUnit],
    ['--date-order', options.dateOrder],
    ['--time-zone', options.timeZone],
    ['--completed-at', options.completedAt],
    ['--same-time', options.sameTime],
    ['--course', options.course],
    ['--gap', options.gap === undefined ? undefined : `${options.gap}ms`],
    ...options.verb.map((verb) => ['--verb', verb] as const),
    ['--derive-ids', options.deriveIds],
    ['--id-namespace', options.idNamespace],
    ['--course-by-name', options.courseByName],
    ['--create-courses', options.createCourses],
    ['--on-conflict', onConflict === 'fail' ? undefined : onConflict],
    ['--database', options.database],
    ['--server', options.server],
  ];
  return [
    'import',
    file,
    ...flags.flatMap(([flag, value]) => (value === true ? [flag] : value ? [flag, value] : [])),
  ];
}

/** Returns the lines of a command for a shell. */
export function commandLines(args: readonly string[]): string[] {
  const words = args.reduce<string[]>((parts, word) => {
    const previous = parts.at(-1);
    // An option stays on the line of its value.
    if (previous?.startsWith('--') && !previous.includes(' ') && !word.startsWith('--')) {
      parts[parts.length - 1] = `${previous} ${quoted(word)}`;
    } else parts.push(quoted(word));
    return parts;
  }, []);
  const lines = ['stats-service'];
  for (const word of words) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length < LINE_WIDTH) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`  ${word}`);
  }
  return lines.map((line, index) => (index < lines.length - 1 ? `${line} \\` : line));
}

/** Double quotes also work in the shells of Windows. */
function quoted(word: string): string {
  if (PLAIN.test(word)) return word;
  return /["$`\\!]/.test(word) ? `'${word.replaceAll("'", String.raw`'\''`)}'` : `"${word}"`;
}
