import { escapeControls } from '../../output.js';
import type { ImportOptions } from '../options.js';

/** Characters of a line of a command. */
const LINE_WIDTH = 96;
/** Characters that no shell interprets. */
const PLAIN = /^[\w./:@%+=,-]+$/;

/** Options that a preview does not support or that do not change how a file is imported. */
type Omitted =
  | 'courses'
  | 'dryRun'
  | 'enrolments'
  | 'explain'
  | 'fromLegacy'
  | 'ids'
  | 'json'
  | 'preview'
  | 'quiet'
  | 'rejects';

type Value = string | boolean | readonly string[] | undefined;

/** Returns the arguments of the command that imports a file with these options. */
export function importArguments(file: string, options: ImportOptions): string[] {
  // The type makes the compiler report an option that is forgotten here.
  const values: Readonly<Record<Exclude<keyof ImportOptions, Omitted>, Value>> = {
    format: options.format,
    delimiter: options.delimiter === '\t' ? 'tab' : options.delimiter,
    encoding: options.encoding,
    map: options.map,
    default: options.default,
    decimalComma: options.decimalComma,
    timeUnit: options.timeUnit,
    dateOrder: options.dateOrder,
    timeZone: options.timeZone,
    completedAt: options.completedAt,
    sameTime: options.sameTime,
    course: options.course,
    gap: options.gap === undefined ? undefined : `${options.gap}ms`,
    verb: options.verb,
    newIds: options.newIds,
    deriveIds: options.deriveIds,
    idNamespace: options.idNamespace,
    courseByName: options.courseByName,
    createCourses: options.createCourses,
    onConflict: options.onConflict === 'fail' ? undefined : options.onConflict,
    database: options.database,
    server: options.server,
  };
  const flags = Object.entries(values).flatMap(([name, value]) => {
    const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (value === true) return [flag];
    return [value ?? []].flat().flatMap((each) => (each === false ? [] : [flag, each]));
  });
  const isLikeOption = file.startsWith('-') && file !== '-';
  return ['import', isLikeOption ? `./${file}` : file, ...flags];
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

function quoted(word: string): string {
  if (PLAIN.test(word)) return word;
  if (escapeControls(word) !== word)
    return `$'${escapeControls(word.replaceAll(/[\\']/g, String.raw`\$&`))}'`;
  return /["$`\\!]/.test(word) ? `'${word.replaceAll("'", String.raw`'\''`)}'` : `"${word}"`;
}
