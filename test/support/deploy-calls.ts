import type { Deployed } from './deploy.js';

/** Programs with what they were asked to do. */
export function commandsOf({ calls }: Deployed): string[] {
  return calls.map(({ program, args }) => [program, ...args.slice(0, 2)].join(' '));
}

/** What an option was in each call of a command. */
export function optionsOf({ calls }: Deployed, command: string, option: string): (string | undefined)[] {
  return calls
    .filter(({ args }) => args[1] === command)
    .map(({ args }) => (args.includes(option) ? args[args.indexOf(option) + 1] : undefined));
}
