/**
 * Bundles the program into few files: loading the hundreds that it consists of takes longer than most commands
 * take to run. What every command needs is inside; drivers, and what only some commands need, stay dependencies.
 */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

/** What is imported from outside; the store of SQLite finds its thread beside itself. */
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
/** What `exports` of package.json names. */
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

// What is imported first is run first: before drivers that only a newer Node can load.
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

/** What a package has bundled itself has licences too. */
function licensesOf(name) {
  return readdirSync(`node_modules/${name}`)
    .filter((file) => /^(LICENSE|NOTICE|swagger-ui-bundle\.js\.LICENSE)/.test(file))
    .map((file) => readFileSync(`node_modules/${name}/${file}`, 'utf8'))
    .join('\n');
}
