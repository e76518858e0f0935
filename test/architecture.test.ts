import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Maps each layer to the layers that it may import. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  'src/cli': ['src/server', 'src/client', 'src/core'],
  'src/server': ['src/core'],
  'src/client': ['src/core'],
  'src/core': ['migrations'],
  migrations: [],
};

/** Maps each driver to the files that may import it. */
const DRIVERS: Readonly<Record<string, readonly string[]>> = {
  'better-sqlite3': [
    'src/core/store/sqlite/backup.ts',
    'src/core/store/sqlite/checkpoint-thread.ts',
    'src/core/store/sqlite/checkpointer.ts',
    'src/core/store/sqlite/connection.ts',
    'src/core/store/sqlite/decoding-statement.ts',
    'src/core/store/sqlite/dialect.ts',
    'src/core/store/sqlite/functions.ts',
    'src/core/store/sqlite/reader-thread.ts',
    'src/core/store/sqlite/statements.ts',
    'src/core/store/sqlite/store.ts',
    'src/core/store/sqlite/temporary.ts',
    'src/core/store/sqlite/values.ts',
  ],
  pg: ['src/core/store/postgres/pool.ts'],
};

const sources = new Map(
  ['src', 'migrations'].flatMap((directory) =>
    readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => [join(directory, file), readFileSync(join(ROOT, directory, file), 'utf8')] as const),
  ),
);

/** An import that remains at run time. */
const VALUE_IMPORT = /^(?:import|export) (?!type )[^;]*?from '([^']+)'/gm;

/** The imports of each file, including type imports. */
const imports = new Map(Array.from(sources, ([file, text]) => [file, specifiersOf(text)]));

test('A source file imports only from its own layer and the layers below it', () => {
  for (const [file, specifiers] of imports) {
    const layer = layerOf(file);
    for (const imported of specifiers.filter(isRelative).map((specifier) => resolve(file, specifier))) {
      const target = layerOf(imported);
      const allowed = target === layer || LAYERS[layer]?.includes(target);
      assert.ok(allowed, `${file} must not import ${imported}`);
    }
  }
});

/** The parts of the core, from top to bottom. */
const CORE = [
  /^src\/core\/index\.ts$/,
  /^src\/core\/maintenance\//,
  /^src\/core\/(open|local-[a-z-]+)\.ts$/,
  /^src\/core\/batching\//,
  /^src\/core\/store\//,
  /^src\/core\/(api\.ts|model\/)/,
  /^src\/core\/(errors|observer|node-version|retry|supported)\.ts$/,
];

const levelOf = (file: string) => CORE.findIndex((part) => part.test(file));

test('A part of the core imports only from itself and the parts below it', () => {
  for (const [file, specifiers] of imports) {
    if (!file.startsWith('src/core/')) continue;
    const level = levelOf(file);
    assert.ok(level >= 0, `${file} belongs to no part`);
    for (const imported of specifiers.filter(isRelative).map((specifier) => resolve(file, specifier))) {
      if (!imported.startsWith('src/core/')) continue;
      assert.ok(levelOf(imported) >= level, `${file} must not import ${imported}`);
    }
  }
});

test('The command line imports the other layers only through their index', () => {
  for (const [file, specifiers] of imports) {
    if (layerOf(file) !== 'src/cli') continue;
    for (const imported of specifiers.filter(isRelative).map((specifier) => resolve(file, specifier))) {
      const layer = layerOf(imported);
      assert.ok(layer === 'src/cli' || imported === join(layer, 'index.ts'), `${file}: ${imported}`);
    }
  }
});

test('The imports of the source files have no cycles', () => {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    assert.ok(!path.includes(file), [...path, file].join(' → '));
    if (done.has(file)) return;
    for (const specifier of (imports.get(file) ?? []).filter(isRelative)) {
      visit(resolve(file, specifier), [...path, file]);
    }
    done.add(file);
  };
  for (const file of sources.keys()) visit(file, []);
});

test('Each database driver is imported only by the files that own it', () => {
  for (const [driver, owners] of Object.entries(DRIVERS)) {
    const users = Array.from(imports).filter(([, specifiers]) => specifiers.includes(driver));
    assert.deepEqual(users.map(([file]) => file).toSorted(), owners);
  }
});

test('A thread of SQLite loads only its driver, because it starts for each command that reads', () => {
  const loaded = new Set<string>();
  const load = (file: string): void => {
    for (const [, specifier = ''] of sources.get(file)?.matchAll(VALUE_IMPORT) ?? []) {
      const target = isRelative(specifier) ? resolve(file, specifier) : specifier;
      if (loaded.has(target)) continue;
      loaded.add(target);
      load(target);
    }
  };
  load('src/core/store/sqlite/reader-thread.ts');
  assert.ok(loaded.has('src/core/model/quotient.ts'));
  const packages = Array.from(loaded).filter(
    (target) => !target.startsWith('src/') && !target.startsWith('node:'),
  );
  assert.deepEqual(packages, ['better-sqlite3']);
});

test('No file in `src` or `migrations` reads `process.env`', () => {
  for (const [file, text] of sources) assert.ok(!text.includes('process.env'), file);
});

function specifiersOf(text: string): string[] {
  return Array.from(text.matchAll(/(?:from|import\()\s*'([^']+)'/g), ([, specifier = '']) => specifier);
}

function isRelative(specifier: string): boolean {
  return specifier.startsWith('.') && !specifier.endsWith('.json');
}

function resolve(from: string, specifier: string): string {
  const file = join(dirname(from), specifier.replace(/\.js$/, '.ts'));
  assert.ok(sources.has(relative('.', file)), `${from} imports ${specifier}, which does not exist`);
  return file;
}

function layerOf(file: string): string {
  const layer = Object.keys(LAYERS).find((directory) => file.startsWith(`${directory}/`));
  assert.ok(layer, file);
  return layer;
}
