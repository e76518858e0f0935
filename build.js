/**
 * Bundles the program into a few files, because loading hundreds of modules takes longer than running most
 * commands. The bundle contains the packages that every command needs. Drivers stay dependencies, like the
 * packages that only some commands need.
 */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

/** The modules that other files load by path. The SQLite store starts its thread from the file beside it. */
const ENTRIES = [
  'cli/main',
  'client/index',
  'core/index',
  'core/node-version',
  'core/store/sqlite/checkpoint-thread',
  'core/store/sqlite/store',
  'core/supported',
  'server/docs/assets',
  'server/index',
];
/** The entries in `exports` of package.json. */
const PUBLIC = ['client/index', 'core/index', 'server/index'];
const BUNDLED = ['commander', 'kysely', 'uuid', 'zod'];

const { dependencies, version } = JSON.parse(readFileSync('package.json', 'utf8'));
await build({
  entryPoints: ENTRIES.map((name) => `src/${name}.ts`),
  outdir: 'dist/src',
  outbase: 'src',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  external: Object.keys(dependencies).filter((name) => !BUNDLED.includes(name)),
  logLevel: 'warning',
});

// The version check must run before the drivers load, because an old Node cannot load them.
for (const file of PUBLIC.map((name) => `dist/src/${name}.js`)) {
  writeFileSync(file, `import '../core/supported.js';\n${readFileSync(file, 'utf8')}`);
}

writeFileSync('dist/version.js', `export const VERSION = ${JSON.stringify(version)};\n`);

cpSync('src/server/docs/page', 'dist/docs', { recursive: true });
for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
  cpSync(`node_modules/swagger-ui-dist/${file}`, `dist/docs/${file}`);
}

const notices = [...BUNDLED, 'swagger-ui-dist'].map((name) => `${name}\n\n${licensesOf(name)}`);
writeFileSync('dist/THIRD-PARTY-NOTICES', notices.join(`\n${'-'.repeat(80)}\n\n`));

/** Includes the licences of packages that the package has bundled. */
function licensesOf(name) {
  return readdirSync(`node_modules/${name}`)
    .filter((file) => /^(LICENSE|NOTICE|swagger-ui-bundle\.js\.LICENSE)/.test(file))
    .map((file) => readFileSync(`node_modules/${name}/${file}`, 'utf8'))
    .join('\n');
}
