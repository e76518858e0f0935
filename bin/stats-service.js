#!/usr/bin/env node
import { statSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import process from 'node:process';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { unsupportedNode } from '../dist/src/core/node-version.js';

/** Bytes. V8 would let the young generation of a server grow to 96 MB. */
const YOUNG_GENERATION = 16 * 1024 * 1024;
/** Upper bound of the objects that grow the young generation to its size. */
const MAX_SURVIVORS = 500_000;

const ENDING_SIGNALS = { SIGINT: 2, SIGTERM: 15 };

const tooOld = unsupportedNode(process.versions.node);
if (tooOld === undefined) {
  const command = process.argv.slice(2).find((argument) => !argument.startsWith('-'));
  // Users wait for a server on the same machine. The lowest priority would hold SQLite's lock without getting a turn.
  if (command === 'import') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  if ((command === 'serve' || command === 'import') && !hasOwnYoungGeneration()) fixYoungGeneration();
  // The lines that an import has read live for long: collect them before the heap has doubled.
  if (command === 'import') setFlagsFromString('--heap-growing-percent=30');
  await run();
} else {
  process.stderr.write(`${tooOld}\n`);
  process.exitCode = 1;
}

async function run() {
  const [{ main }, { VERSION }] = await Promise.all([
    import('../dist/src/cli/main.js'),
    import('../dist/version.js'),
  ]);
  // EPIPE is not an error: the reader (for example `head`) has exited. A closed stderr does not stop the work.
  process.stdout.on('error', endOnClosedPipe);
  process.stderr.on('error', () => undefined);
  loadDotEnv();
  const signal = endingSignal();
  process.exitCode = await main(process.argv.slice(2), {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    version: VERSION,
    terminal: process.stdout.isTTY === true,
    stderrTerminal: process.stderr.isTTY === true,
    ...(process.stdin.isTTY && process.stderr.isTTY && { ask }),
    signal,
  });
  // A process that still writes to stdin must not keep this one alive.
  process.stdin.destroy();
  // An interrupted command does not keep the process waiting. A thread that waits for the other end of a
  // named pipe still keeps it until the second signal.
  if (signal.aborted) {
    leaveSignals();
    process.exit();
  }
}

/**
 * Grows the young generation to its size with objects that survive, and then keeps it there. `--max-semi-space-size` has no
 * effect after V8 has started; these flags have, so that Node need not be started a second time.
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

function endOnClosedPipe(error) {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`stats-service: stdout cannot be written (${error.message})\n`);
  process.exit(1);
}

/** Loads `.env` into the environment, where the Postgres driver reads its `PG*` variables. Variables that are set stay. */
function loadDotEnv() {
  // A directory of that name belongs to another program.
  if (!statSync('.env', { throwIfNoEntry: false })?.isFile()) return;
  try {
    process.loadEnvFile();
  } catch (error) {
    process.stderr.write(`stats-service: .env cannot be read (${error.message})\n`);
  }
}

async function ask(question) {
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // The terminal handles Ctrl-C itself while it asks.
  terminal.on('SIGINT', () => process.emit('SIGINT'));
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

/** The first signal starts a graceful shutdown, the second ends the process at once. */
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

/** Restores the default action: process.exit() waits for blocked threads, and no signal is handled meanwhile. */
function leaveSignals() {
  for (const signal of Object.keys(ENDING_SIGNALS)) process.removeAllListeners(signal);
}
