/**
 * Checks that a tag, package.json and the changelog have the same version, and that package.json names the
 * repository that publishes it: `node release/version.ts v1.2.3`.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Returns the differences between the versions. The newest version of the changelog comes first. */
export function versionFaults(tag: string, version: string, changelog: string): string[] {
  const newest = /^## \[?(\d[^\]\s]*)/m.exec(changelog)?.[1];
  return [
    ...(tag === `v${version}` ? [] : [`The tag is ${tag}; package.json has version ${version}.`]),
    ...(newest === version
      ? []
      : [`The newest version in CHANGELOG.md is ${newest ?? 'missing'}; package.json has ${version}.`]),
  ];
}

/** npm rejects provenance from a repository that package.json does not name. */
export function repositoryFaults(url: string | undefined, built: string | undefined): string[] {
  const named = /github\.com[/:]([^/]+\/[^/]+?)(\.git)?$/.exec(url ?? '')?.[1];
  if (built === undefined || named === built) return [];
  return [`package.json names ${named ?? 'no repository'}; this repository is ${built}.`];
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
