import { cpSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join, matchesGlob, relative } from 'node:path';

/** Copies what a build would be given of a folder: what its .dockerignore leaves. */
export function copyContext(root: string, folder: string): void {
  const patterns = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n').filter(isPattern);
  for (const pattern of patterns) {
    // What is below an ignored folder is never looked at here.
    if (/^!.*\/./.test(pattern)) throw new Error(`${pattern} is not understood.`);
  }
  cpSync(root, folder, {
    recursive: true,
    filter: (path) => path === root || !isIgnored(relative(root, path).replaceAll('\\', '/'), patterns),
  });
  if (!existsSync(join(folder, 'package.json'))) throw new Error('The context has no package.json.');
}

function isPattern(line: string): boolean {
  return line.trim() !== '' && !line.startsWith('#');
}

/** The last pattern that matches decides; a folder decides for what is in it. */
function isIgnored(path: string, patterns: readonly string[]): boolean {
  const paths = [path];
  for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) paths.push(parent);
  const last = patterns.findLast((pattern) =>
    paths.some((one) => matchesGlob(one, pattern.replace(/^!/, ''))),
  );
  return last !== undefined && !last.startsWith('!');
}
