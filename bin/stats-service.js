#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Bytes. By default, the young generation of a server can grow to 96 MB. */
const YOUNG_GENERATION = 16 * 1024 * 1024;
/** Upper bound of the objects that fill the young generation. */
const MAX_SURVIVORS = 500_000;

const ENDING_SIGNALS = { SIGINT: 2, SIGTERM: 15 };

const obstacle = await findObstacle();
if (obstacle === undefined) {
  const command = process.argv.slice(2).find((argument) => !argument.startsWith('-'));
  // An import yields to a server. At the lowest priority it could hold SQLite's lock without running.
  if (command === 'import') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  if ((command === 'serve' || command === 'import') && !hasOwnYoungGeneration()) fixYoungGeneration();
  // The lines of an import live long. By default, V8 collects them only after the heap has doubled.
  if (command === 'import') setFlagsFromString('--heap-growing-percent=30');
  await run();
} else {
  process.stderr.write(`${obstacle}\n`);
  process.exitCode = 1;
}

/** Returns why the program cannot run: a clone that is not built, or an old Node. */
async function findObstacle() {
  // A path, because the file system of the single executable ignores URLs.
  if (!existsSync(fileURLToPath(new URL('../dist/version.js', import.meta.url)))) {
    return 'stats-service: not built yet; run "npm run build"';
  }
  const { unsupportedNode } = await import('../dist/src/core/node-version.js');
  return unsupportedNode(process.versions.node);
}

async function run() {
  // Deprecations concern developers. The Postgres driver prints one for a password from ~/.pgpass.
  process.noDeprecation = true;
  const [{ main, describeCause, loadDotEnv }, { VERSION }] = await Promise.all([
    import('../dist/src/cli/main.js'),
    import('../dist/version.js'),
  ]);
  process.stdout.on('error', (error) => {
    // EPIPE is not an error: the reader (for example `head`) has exited. The command stops at its next write.
    if (error.code === 'EPIPE') return;
    process.stderr.write(`stats-service: stdout cannot be written.${describeCause(error)}\n`);
    process.exit(1);
  });
  // A closed stderr is ignored.
  process.stderr.on('error', () => undefined);
  const signal = endingSignal();
  process.exitCode = await main(process.argv.slice(2), {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    // The Postgres driver reads the environment too.
    loadDotEnv: () => loadDotEnv(process.env),
    version: VERSION,
    terminal: process.stdout.isTTY === true,
    stderrTerminal: process.stderr.isTTY === true,
    ...(process.stdin.isTTY && process.stderr.isTTY && { ask }),
    signal,
  });
  // An open stdin, or the channel of a worker, would keep the process alive.
  process.stdin.destroy();
  process.channel?.unref();
  // The interrupted command may still be running. While it opens a named pipe, only a second signal ends it.
  if (signal.aborted) {
    leaveSignals();
    process.exit();
  }
}

/**
 * Grows the young generation with surviving objects, and then fixes its size. After V8 has started,
 * `--max-semi-space-size` has no effect, but these flags do.
 */
function fixYoungGeneration() {
  const survivors = [];
  while (youngGeneration() < YOUNG_GENERATION && survivors.length < MAX_SURVIVORS) {
    for (let count = 0; count < 1_000; count++) survivors.push({ count });
  }
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--no-parallel-scavenge');
}

function youngGeneration() {
  return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size;
}

/** True if the operator has set the size of the young generation. */
function hasOwnYoungGeneration() {
  return /semi[-_]space/.test(`${process.execArgv.join(' ')} ${process.env.NODE_OPTIONS ?? ''}`);
}

async function ask(question) {
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // readline receives Ctrl-C while it waits for input.
  terminal.on('SIGINT', () => process.emit('SIGINT'));
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

/** The first signal starts a graceful shutdown, the second one ends the process. */
function endingSignal() {
  const controller = new AbortController();
  for (const [signal, number] of Object.entries(ENDING_SIGNALS)) {
    process.on(signal, () => {
      if (!controller.signal.aborted) {
        controller.abort();
        return;
      }
      leaveSignals();
      process.kill(process.pid, signal);
      // The kernel ignores this signal for process 1 of a container.
      process.exit(128 + number);
    });
  }
  return controller.signal;
}

/** Restores the default actions, because JavaScript handlers do not run during process.exit(). */
function leaveSignals() {
  for (const signal of Object.keys(ENDING_SIGNALS)) process.removeAllListeners(signal);
}
