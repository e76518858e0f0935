#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { parseEnv } from 'node:util';
import { unsupportedNode } from '../dist/src/core/runtime.js';

const tooOld = unsupportedNode(process.versions.node);
if (tooOld === undefined) {
  await run();
} else {
  process.stderr.write(`${tooOld}\n`);
  process.exitCode = 1;
}

async function run() {
  const { main } = await import('../dist/src/cli/main.js');
  // Who has closed the pipe wants no more; that is no error.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }
  const signal = endingSignal();
  process.exitCode = await main(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    env: { ...dotEnv(), ...process.env },
    version: packageVersion(),
    signal,
  });
  // What an interrupted command was waiting for must not keep the process.
  if (signal.aborted) process.exit();
}

/** The first signal asks to end, the second ends at once. */
function endingSignal() {
  const controller = new AbortController();
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
  ]) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(128 + number);
      controller.abort();
    });
  }
  return controller.signal;
}

/** Variables of the `.env` file in the working folder; those of the environment come before them. */
function dotEnv() {
  try {
    return parseEnv(readFileSync('.env', 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    throw error;
  }
}

function packageVersion() {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}
