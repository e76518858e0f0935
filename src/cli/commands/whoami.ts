import type { Command } from 'commander';
import { UsageError } from '../errors.js';
import { interruptible, type Io } from '../io.js';
import { writeFields, writeJson } from '../output.js';
import { addServerOption, openServer, serverUrl, type TargetOptions } from '../target.js';
import { callerFields } from '../views.js';

interface Options extends TargetOptions {
  readonly json?: boolean;
}

export function addWhoami(program: Command, io: Io): void {
  addServerOption(program.command('whoami'))
    .description('show who you are to a server, and what STATS_TOKEN allows you')
    .option('--json', 'print one JSON document')
    .action((options: Options) => showCaller(io, options));
}

async function showCaller(io: Io, options: Options): Promise<void> {
  const server = serverUrl(io, options);
  if (server === undefined)
    throw new UsageError('whoami needs a server; add --server or set STATS_SERVER_URL');
  const run = async () => {
    await using stats = await openServer(io, server);
    const caller = await stats.whoami();
    if (options.json) writeJson(io.stdout, caller);
    else writeFields(io.stdout, callerFields(caller));
  };
  await interruptible(io.signal, run());
}
