import type { Command } from 'commander';
import { describeDatabase, diagnose } from '../../core/index.js';
import { interruptible, type Io } from '../io.js';
import { writeJson, writeLine, writeTable } from '../output.js';
import { addOwnDatabaseOption, ownDatabaseUrl } from '../target.js';

interface Options {
  readonly database?: string;
  readonly json?: boolean;
}

export function addDoctor(program: Command, io: Io): void {
  addOwnDatabaseOption(program.command('doctor'))
    .description('check a database, also while it is in use: schema, durability, integrity, stats')
    .option('--json', 'print each finding as a JSON document (NDJSON)')
    .action((options: Options) => runDoctor(io, options));
}

async function runDoctor(io: Io, options: Options): Promise<void> {
  const database = ownDatabaseUrl(io, options, 'doctor');
  writeLine(io.stderr, `Database: ${describeDatabase(database)}`);
  const findings = await interruptible(io.signal, diagnose({ database }));
  if (options.json) {
    for (const finding of findings) writeJson(io.stdout, finding);
  } else {
    writeTable(
      io.stdout,
      findings.map(({ check, state, detail }) => [check, state, detail]),
      ['Check', 'State', 'Detail'],
    );
    for (const { check, advice } of findings) if (advice) writeLine(io.stdout, `${check}: ${advice}`);
  }
  const problems = findings.filter(({ state }) => state === 'problem').length;
  if (problems > 0) throw new Error(`${problems} of ${findings.length} checks found a problem.`);
}
