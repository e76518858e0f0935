import { Argument, type Command } from 'commander';
import { describeDatabase, openMigrator, type MigrationStatus, type Migrator } from '../../core/index.js';
import { UsageError } from '../errors.js';
import { interruptible, type Io } from '../io.js';
import { writeJson, writeLine, writeTable } from '../output.js';
import { addDatabaseOption, databaseUrl } from '../target.js';

interface Options {
  readonly database?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function addMigrate(program: Command, io: Io): void {
  addDatabaseOption(program.command('migrate'))
    .description(
      'migrate the schema of a database, show its state, revert the last migration, or distribute the tables with Citus',
    )
    .addArgument(
      new Argument('[action]', 'up, status, down, or distribute: shard the tables by learner with Citus')
        .choices(['up', 'status', 'down', 'distribute'])
        .default('up'),
    )
    .option('--yes', 'with down: confirm that the data of the reverted migration is deleted')
    .option('--json', 'with status: print one JSON document')
    .action((action: string, options: Options) => migrate(io, action, options));
}

async function migrate(io: Io, action: string, options: Options): Promise<void> {
  if (action === 'down' && !options.yes) {
    throw new UsageError('migrate down permanently deletes data; add --yes to confirm');
  }
  const create = action === 'up';
  const database = databaseUrl(io, options, { create });
  const run = async () => {
    await using migrator = await openMigrator({ database, create, readOnly: action === 'status' });
    if (action === 'status') writeStatus(io, options, await migrator.status());
    else if (action === 'down') await migrateDown(io, migrator);
    else if (action === 'distribute') await distribute(io, migrator);
    else await migrateUp(io, migrator);
  };
  writeLine(io.stderr, `Database: ${describeDatabase(database)}`);
  await interruptible(io.signal, run());
}

function writeStatus(io: Io, { json }: Options, status: MigrationStatus): void {
  if (json) return writeJson(io.stdout, status);
  const applied = status.applied.map((name) => [name, 'applied']);
  const pending = status.pending.map((name) => [name, 'pending']);
  writeTable(io.stdout, [...applied, ...pending], ['Migration', 'State']);
}

async function migrateDown(io: Io, migrator: Migrator): Promise<void> {
  const name = await migrator.down();
  writeLine(
    io.stderr,
    name === undefined ? 'No migration is applied; nothing was reverted.' : `Reverted ${name}.`,
  );
}

async function distribute(io: Io, migrator: Migrator): Promise<void> {
  const names = await migrator.distribute();
  for (const name of names) writeLine(io.stderr, `Distributed ${name}.`);
  if (names.length === 0) writeLine(io.stderr, 'Every table is distributed.');
}

async function migrateUp(io: Io, migrator: Migrator): Promise<void> {
  const names = await migrator.up();
  for (const name of names) writeLine(io.stderr, `Applied ${name}.`);
  if (names.length === 0) writeLine(io.stderr, 'The schema is current.');
}
