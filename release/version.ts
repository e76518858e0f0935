/**
 * Whether a tag, package.json and the changelog speak of the same version, and package.json of the repository that it
 * is published from: `node release/version.ts v1.2.3`.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The contradictions; the newest version of a changelog is its first. */
export function versionFaults(tag: string, version: string, changelog: string): string[] {
  const newest = /^## \[?(\d[^\]\s]*)/m.exec(changelog)?.[1];
  return [
    ...(tag === `v${version}` ? [] : [`The tag is ${tag}, package.json says ${version}.`]),
    ...(newest === version
      ? []
      : [`CHANGELOG.md ends with ${newest ?? 'no version'}, package.json says ${version}.`]),
  ];
}

/** npm takes a package with provenance only where both agree. */
export function repositoryFaults(url: string | undefined, built: string | undefined): string[] {
  const named = /github\.com[/:]([^/]+\/[^/]+?)(\.git)?$/.exec(url ?? '')?.[1];
  if (built === undefined || named === built) return [];
  return [`package.json names the repository ${named ?? 'nowhere'}, this is ${built}.`];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { version, repository } = JSON.parse(read('package.json'));
  const faults = [
    ...versionFaults(process.argv[2] ?? '', String(version), read('CHANGELOG.md')),
    ...repositoryFaults(repository?.url, process.env['GITHUB_REPOSITORY']),
  ];
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  if (faults.length > 0) process.exitCode = 1;
}

function read(name: string): string {
  return readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
}
