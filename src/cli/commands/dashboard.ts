import type { Command } from 'commander';
import { describeDatabase, openStats } from '../../core/index.js';
import { interruptible, type Io } from '../io.js';
import { writeLine } from '../output.js';
import { parsePort } from '../settings.js';
import { addOwnDatabaseOption, ownDatabaseUrl, type TargetOptions } from '../target.js';

export interface DashboardFlags {
  readonly port: string;
  readonly open: boolean;
}

export function addDashboard(program: Command, io: Io): void {
  addDashboardOptions(addOwnDatabaseOption(program.command('dashboard')))
    .description('open the dashboard of a database in your browser; it changes nothing')
    .action((options: TargetOptions & DashboardFlags) => openDashboard(io, options));
}

export function addDashboardOptions(command: Command): Command {
  return command
    .option('--port <port>', 'the port to listen on, on 127.0.0.1; 0 selects a free port', '0')
    .option('--no-open', 'print the link without opening the browser');
}

async function openDashboard(
  io: Io,
  { port, open, ...target }: TargetOptions & DashboardFlags,
): Promise<void> {
  const settings = { port: parsePort('--port', port), opensBrowser: open };
  const database = ownDatabaseUrl(io, target, 'dashboard');
  const { runDashboard } = await import('../dashboard/run.js');
  await using stats = await interruptible(io.signal, openStats({ database, readOnly: true }));
  writeLine(io.stderr, `Database: ${describeDatabase(database)}`);
  await runDashboard(io, stats, settings);
}
