import type { Command } from 'commander';
import { deriveId } from '../../core/index.js';
import type { Io } from '../io.js';
import { writeLine } from '../output.js';
import { describeSetting, readIdNamespace, SETTINGS } from '../settings.js';

interface Options {
  readonly idNamespace?: string;
}

export function addId(program: Command, io: Io): void {
  program
    .command('id')
    .description('print the id of any text, as "import --derive-ids" derives it; a UUID is printed as it is')
    .argument('<text>', 'such as the number of an account')
    .option(SETTINGS.idNamespace.flags, describeSetting(SETTINGS.idNamespace))
    .action((text: string, options: Options) =>
      writeLine(io.stdout, deriveId(text, readIdNamespace(io, options))),
    );
}
