#!/usr/bin/env node
import { statSync } from 'node:fs';
import process from 'node:process';
import { unsupportedNode } from '../dist/src/core/runtime.js';

/**
 * Commands that make much, of which little lives long: megabytes of what is new, and by how many percent the rest may
 * grow before V8 collects it again. It would let the rest pile up to hundreds of megabytes before it looks, and then
 * stop for longer.
 */
const RESTRAINED = new Map([
  ['serve', { young: 4, growth: 30 }],
  ['export', { young: 4, growth: 30 }],
  // Nobody waits for a single line, and its window survives whatever is walked.
  ['import', { young: 16, growth: 30 }],
]);
/** Of V8 itself: it walks so small a young generation without waking other threads. */
const V8_FLAGS = ['--no-parallel-scavenge'];

const ENDING_SIGNALS = { SIGINT: 2, SIGTERM: 15 };

const tooOld = unsupportedNode(process.versions.node);
if (tooOld === undefined) {
  const command = process.argv.slice(2).find((argument) => !argument.startsWith('-'));
  const limits = RESTRAINED.get(command);
  if (limits) restrainHeap(limits);
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
  // Who has closed the pipe wants no more; that is no error. Without stderr there is still work to do.
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
  // Who goes on writing to us must not keep us.
  process.stdin.destroy();
  // What an interrupted command was waiting for must not keep the process.
  if (signal.aborted) {
    leaveSignals();
    process.exit();
  }
}

/** Only a new program in this process can have another heap; where that is not to be had, this one goes on. */
function restrainHeap({ young, growth }) {
  const { execArgv, execPath, env, argv, platform } = process;
  const isSet = /--max[-_]semi[-_]space[-_]size/.test(`${execArgv.join(' ')} ${env.NODE_OPTIONS ?? ''}`);
  if (isSet || platform === 'win32' || process.execve === undefined) return;
  const youngGeneration = `--max-semi-space-size=${young}`;
  if ('pkg' in process) {
    // A single executable takes every argument for its own program's.
    const NODE_OPTIONS = `${env.NODE_OPTIONS ?? ''} ${youngGeneration}`.trim();
    process.execve(execPath, [execPath, ...argv.slice(2)], { ...env, NODE_OPTIONS });
  }
  const flags = [
    youngGeneration,
    ...(isKnownNode() ? [...V8_FLAGS, `--heap-growing-percent=${growth}`] : []),
  ];
  process.execve(execPath, [execPath, ...flags, ...execArgv, ...argv.slice(1)], env);
}

/** A Node that does not have V8's own flags would not start. */
function isKnownNode() {
  return Number.parseInt(process.versions.node, 10) <= 26;
}

function endOnClosedPipe(error) {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`stats-service: stdout cannot be written (${error.message})\n`);
  process.exit(1);
}

/** Into the environment itself, where the Postgres driver looks for its `PG*` variables; what is set stays. */
function loadDotEnv() {
  // A folder of that name is somebody else's.
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
  // The terminal takes Ctrl-C for itself while it asks.
  terminal.on('SIGINT', () => process.emit('SIGINT'));
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

/** The first signal asks to end, the second ends at once. */
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
      // The system does not end the first process of a container.
      process.exit(128 + number);
    });
  }
  return controller.signal;
}

/** To the system: process.exit() waits for a thread that waits for somebody else, and nothing is handled meanwhile. */
function leaveSignals() {
  for (const signal of Object.keys(ENDING_SIGNALS)) process.removeAllListeners(signal);
}
