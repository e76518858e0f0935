import { Option, type Command } from 'commander';
import {
  openStats,
  parseApiKey,
  SCOPES,
  toCourseId,
  type ApiKey,
  type ApiKeys,
  type Scope,
} from '../../core/index.js';
import { readExpiry } from '../expiry.js';
import { interruptible, type Io } from '../io.js';
import { escapeControls, writeFittingTable, writeJson, writeLine } from '../output.js';
import { addOwnDatabaseOption, ownDatabaseUrl, type TargetOptions } from '../target.js';
import { KEY_HEADING, keyRow, keyStatusOf } from '../views.js';

interface Options extends TargetOptions {
  readonly json?: boolean;
}

interface CreateOptions extends Options {
  readonly name: string;
  readonly scope: readonly Scope[];
  readonly course?: readonly string[];
  readonly expires?: string;
}

export function addKey(program: Command, io: Io): void {
  const key = program.command('key').description('create, list and revoke API keys');

  addOwnDatabaseOption(key.command('create'))
    .description('create an API key and print it once; only a hash of it is stored')
    .requiredOption('--name <name>', 'what the key is for, 1 to 100 characters')
    .addOption(new Option('--scope <scope...>', 'what the key may do').choices(SCOPES).makeOptionMandatory())
    .option('--course <id...>', 'the only courses that the key may use (default: all courses)')
    .option(
      '--expires <when>',
      'the end of its validity: a duration such as 90d, the start of a date in UTC, or an RFC 3339 time (default: never)',
    )
    .option('--json', 'print one JSON document, with the key as "text"')
    .action((options: CreateOptions) => createKey(io, options));

  addOwnDatabaseOption(key.command('list'))
    .description('list the API keys, also expired and revoked ones, without their secrets')
    .option('--json', 'print each key as a JSON document (NDJSON)')
    .action((options: Options) => listKeys(io, options));

  addOwnDatabaseOption(key.command('revoke'))
    .description('revoke an API key; servers refuse it within 10 seconds')
    .argument('<id>', 'the id of the key, as "key list" prints it')
    .option('--json', 'print the key as one JSON document')
    .action((id: string, options: Options) => revokeKey(io, id, options));
}

async function createKey(io: Io, options: CreateOptions): Promise<void> {
  const { name, scope: scopes, course, expires, json } = options;
  const courses = course?.map(toCourseId);
  const expiresAt = expires === undefined ? undefined : readExpiry(expires, Date.now());
  await withKeys(io, options, { command: 'key create', readOnly: false }, async (keys) => {
    const { key, text } = await keys.create({ name, scopes, courses, expiresAt });
    if (json) writeJson(io.stdout, { ...withStatus(key), text });
    else writeLine(io.stdout, text);
    writeLine(io.stderr, `Created key ${key.keyId}. This key is shown only once; store it now.`);
  });
}

async function listKeys(io: Io, options: Options): Promise<void> {
  await withKeys(io, options, { command: 'key list', readOnly: true }, async (keys) => {
    const found = await keys.list();
    if (options.json) for (const key of found) writeJson(io.stdout, withStatus(key));
    else
      writeFittingTable(
        io,
        found.map((key) => keyRow(key, Date.now())),
        KEY_HEADING,
      );
  });
}

async function revokeKey(io: Io, id: string, options: Options): Promise<void> {
  // A leaked key is at hand as a whole.
  const keyId = parseApiKey(id)?.keyId ?? id;
  await withKeys(io, options, { command: 'key revoke', readOnly: false }, async (keys) => {
    const key = await keys.revoke(keyId);
    if (options.json) writeJson(io.stdout, withStatus(key));
    writeLine(io.stderr, `Key ${key.keyId} (${escapeControls(key.name)}) was revoked at ${key.revokedAt}.`);
  });
}

function withStatus(key: ApiKey) {
  return { ...key, status: keyStatusOf(key, Date.now()) };
}

/** Never creates a database, in which a server would not find the key. */
async function withKeys(
  io: Io,
  options: TargetOptions,
  { command, readOnly }: { readonly command: string; readonly readOnly: boolean },
  work: (keys: ApiKeys) => Promise<void>,
): Promise<void> {
  const database = ownDatabaseUrl(io, options, command);
  const run = async () => {
    await using stats = await openStats({ database, create: false, readOnly });
    await work(stats.keys);
  };
  await interruptible(io.signal, run());
}
