/**
 * Makes a single executable of the program, for the platform that this runs on: the Node that runs this, with
 * the program inside. `npm run package -- --output FILE` names it otherwise.
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pkgOptions from '@yao-pkg/pkg/lib-es5/options.js';
import { seaEnhanced } from '@yao-pkg/pkg/lib-es5/sea.js';
import { PLATFORM, stage } from './stage.js';

/** As pkg names them. */
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

const folder = mkdtempSync(join(tmpdir(), 'stats-service-package-'));
try {
  stage(root, folder);
  const configPath = join(folder, 'package.json');
  const config = JSON.parse(readFileSync(configPath, 'utf8'));
  pkgOptions.default.set(config.pkg);
  await seaEnhanced(join(folder, 'bin', 'stats-service.js'), {
    // No download: the program runs on the Node that it was tested with.
    nodePath: process.execPath,
    targets: [
      {
        nodeRange: `node${process.versions.node.split('.')[0]}`,
        platform: system,
        arch: process.arch,
        output,
      },
    ],
    marker: { config, base: folder, configPath, toplevel: true },
    params: { seaMode: true },
    // macOS kills a changed program that was not signed again. Other systems have no signature.
    signature: true,
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`${output} ${Math.round(statSync(output).size / 1024 / 1024)} MB\n`);
