/**
 * Builds the single executable for the current platform: the running Node with the program inside.
 * `npm run package -- --output FILE` sets the path of the executable.
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pkgOptions from '@yao-pkg/pkg/lib-es5/options.js';
import { seaEnhanced } from '@yao-pkg/pkg/lib-es5/sea.js';
import { PLATFORM, stage } from './stage.js';

const SYSTEMS = new Map<string, 'linux' | 'macos' | 'win'>([
  ['linux', 'linux'],
  ['darwin', 'macos'],
  ['win32', 'win'],
]);
const system = SYSTEMS.get(process.platform);
if (!system) throw new Error(`There is no single executable for ${process.platform}.`);

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');
const extension = process.platform === 'win32' ? '.exe' : '';
const { values } = parseArgs({ options: { output: { type: 'string' } } });
const output = resolve(values.output ?? join(root, 'out', `stats-service-${PLATFORM}${extension}`));

const directory = mkdtempSync(join(tmpdir(), 'stats-service-package-'));
try {
  stage(root, directory);
  const configPath = join(directory, 'package.json');
  const config = JSON.parse(readFileSync(configPath, 'utf8'));
  pkgOptions.default.set(config.pkg);
  await seaEnhanced(join(directory, 'bin', 'stats-service.js'), {
    // The program runs on the Node that it was tested with, instead of a downloaded one.
    nodePath: process.execPath,
    targets: [
      {
        nodeRange: `node${process.versions.node.split('.')[0]}`,
        platform: system,
        arch: process.arch,
        output,
      },
    ],
    marker: { config, base: directory, configPath, toplevel: true },
    params: { seaMode: true },
    // macOS kills an executable whose signature does not match. Other systems do not sign.
    signature: true,
  });
} finally {
  rmSync(directory, { recursive: true, force: true });
}
process.stdout.write(`${output} ${Math.round(statSync(output).size / 1024 / 1024)} MB\n`);
