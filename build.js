/**
 * Builds the program into `dist`. A server, a test or a command that runs from the same clone keeps working:
 * the new files are built in a temporary directory and then renamed, chunks first, so that every file is
 * complete at any time. Chunks have their hash in the name, so that those of earlier builds stay and can
 * still be imported. They are removed after a week, and are not part of the package.
 *
 * Bundles the program into a few files, because loading hundreds of modules takes longer than running most
 * commands. The bundle contains the packages that every command needs. Drivers stay dependencies, like the
 * packages that only some commands need.
 */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { build } from 'esbuild';

/** The modules that other files load by path. The SQLite store starts its threads from files beside it. */
const ENTRIES = [
  'cli/main',
  'client/index',
  'core/index',
  'core/node-version',
  'core/store/sqlite/checkpoint-thread',
  'core/store/sqlite/reader-thread',
  'core/store/sqlite/store',
  'core/supported',
  'server/index',
];
/** The entries in `exports` of package.json. */
const PUBLIC = ['client/index', 'core/index', 'server/index'];
const BUNDLED = ['commander', 'get-east-asian-width', 'kysely', 'uuid', 'zod'];

const DIST = 'dist';
const CHUNKS = 'src/chunks';
/** The directories of `dist` whose files this program writes. Tests and benchmarks write to others. */
const OWN = ['dashboard', 'docs', 'migrations', 'src'];
/** Milliseconds. */
const KEEP_CHUNKS = 7 * 24 * 3_600_000;

mkdirSync(DIST, { recursive: true });
// Inside `dist`, so that a rename does not cross file systems.
const output = mkdtempSync(join(DIST, 'build-'));
try {
  await buildInto(output);
  install(output);
} finally {
  rmSync(output, { recursive: true, force: true });
}

async function buildInto(directory) {
  const tsc = 'node_modules/typescript/bin/tsc';
  // With several threads, tsc takes twice the processor time.
  const options = ['-p', 'tsconfig.build.json', '--outDir', directory, '--singleThreaded'];
  execFileSync(process.execPath, [tsc, ...options], { stdio: 'inherit' });
  const { dependencies, version } = JSON.parse(readFileSync('package.json', 'utf8'));
  await build({
    entryPoints: ENTRIES.map((name) => `src/${name}.ts`),
    outdir: join(directory, 'src'),
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
  for (const file of PUBLIC.map((name) => join(directory, 'src', `${name}.js`))) {
    writeFileSync(file, `import '../core/supported.js';\n${readFileSync(file, 'utf8')}`);
  }

  writeFileSync(join(directory, 'version.js'), `export const VERSION = ${JSON.stringify(version)};\n`);

  cpSync('src/server/dashboard/page', join(directory, 'dashboard'), { recursive: true });
  cpSync('src/server/docs/page', join(directory, 'docs'), { recursive: true });
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
    cpSync(`node_modules/swagger-ui-dist/${file}`, join(directory, 'docs', file));
  }

  const notices = [...BUNDLED, 'swagger-ui-dist'].map((name) => `${name}\n\n${licensesOf(name)}`);
  writeFileSync(join(directory, 'THIRD-PARTY-NOTICES'), notices.join(`\n${'-'.repeat(80)}\n\n`));
}

/** Moves the files of a build to `dist`, and removes those that it does not have. */
function install(directory) {
  const built = filesIn(directory);
  const isChunk = (file) => dirname(file) === CHUNKS && file.endsWith('.js');
  for (const file of built.toSorted((a, b) => Number(isChunk(b)) - Number(isChunk(a)))) {
    mkdirSync(dirname(join(DIST, file)), { recursive: true });
    renameSync(join(directory, file), join(DIST, file));
  }
  const isCurrent = new Set(built);
  const earlier = OWN.flatMap((own) => filesIn(join(DIST, own)).map((file) => join(own, file))).filter(
    (file) => !isCurrent.has(file),
  );
  const isKept = (file) => isChunk(file) && Date.now() - statSync(join(DIST, file)).mtimeMs < KEEP_CHUNKS;
  for (const file of earlier) if (!isKept(file)) rmSync(join(DIST, file), { force: true });
  // npm reads this file, and does not pack it.
  writeFileSync(
    join(DIST, CHUNKS, '.npmignore'),
    earlier
      .filter(isChunk)
      .map((file) => `${basename(file)}\n`)
      .join(''),
  );
}

function filesIn(directory) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true }).filter((file) =>
    statSync(join(directory, file)).isFile(),
  );
}

/** Includes the licences of packages that the package has bundled. */
function licensesOf(name) {
  return readdirSync(`node_modules/${name}`)
    .filter((file) => /^(LICENSE|NOTICE|swagger-ui-bundle\.js\.LICENSE)/i.test(file))
    .map((file) => readFileSync(`node_modules/${name}/${file}`, 'utf8'))
    .join('\n');
}
