import { parseArgs } from 'node:util';
import { CELLS, nameOf, SERVERS, type Cell, type ServerName } from './cells.js';
import type { RoundsOptions } from './rounds.js';

/** The parts of the bench, in the order in which they run; each is an option that runs it alone. */
const PARTS = ['table', 'lifetime', 'growth', 'commands', 'memory', 'bulk'] as const;
type Part = (typeof PARTS)[number];

export interface Options extends RoundsOptions {
  readonly parts: ReadonlySet<Part>;
  readonly cells: readonly Cell[];
  /** Of the files that are imported and exported. */
  readonly lines: number;
}

const FLAG = { type: 'boolean', default: false } as const;

/** @throws if an option or a name is not known */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      table: FLAG,
      lifetime: FLAG,
      growth: FLAG,
      commands: FLAG,
      memory: FLAG,
      bulk: FLAG,
      lines: { type: 'string', default: '1000000' },
      curve: FLAG,
      only: { type: 'string' },
      servers: { type: 'string', default: SERVERS.join() },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      'node-options': { type: 'string', default: '' },
    },
  });
  const { only, curve } = values;
  const asked = PARTS.filter((part) => values[part] || (part === 'table' ? only !== undefined : curve));
  return {
    parts: new Set(asked.length > 0 ? asked : PARTS),
    cells: only === undefined ? CELLS : only.split(',').map(cellOf),
    servers: values.servers.split(',').map(serverOf),
    rounds: positive(values.rounds),
    seconds: positive(values.seconds),
    lines: positive(values.lines),
    nodeOptions: values['node-options'].split(' ').filter(Boolean),
  };
}

function cellOf(name: string): Cell {
  const cell = CELLS.find((each) => nameOf(each) === name);
  if (!cell) throw new Error(`--only knows ${CELLS.map(nameOf).join(', ')}`);
  return cell;
}

function serverOf(name: string): ServerName {
  const server = SERVERS.find((each) => each === name);
  if (!server) throw new Error(`--servers knows ${SERVERS.join(', ')}`);
  return server;
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`${text} must be a number above 0`);
}
