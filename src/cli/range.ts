import type { Command } from 'commander';

const PLAIN_DATE = /^\d{4}-\d{2}-\d{2}$/;

export interface RangeOptions {
  readonly from?: string;
  readonly to?: string;
  readonly timeZone?: string;
  /** The time at which a day starts, such as `04:00`. */
  readonly dayStart?: string;
}

/** @param zoneMeaning what else the time zone is for */
export function addRangeOptions(command: Command, zoneMeaning = 'the time zone of such a date'): Command {
  return command
    .option(
      '--from <time>',
      'only sessions completed at or after this RFC 3339 time, or since the start of a date',
    )
    .option('--to <time>', 'only sessions completed before this RFC 3339 time, or before the start of a date')
    .option('--time-zone <name>', `${zoneMeaning}, such as Europe/London (default: UTC)`);
}

/** Returns RFC 3339 times. Other texts stay, and are rejected later. */
export async function readRange({
  from,
  to,
  timeZone = 'UTC',
  dayStart,
}: RangeOptions): Promise<RangeOptions> {
  if (![from, to].some((text) => text !== undefined && PLAIN_DATE.test(text))) return { from, to };
  // Temporal is loaded only for dates.
  const { TimeZone } = await import('./local-time.js');
  const zone = new TimeZone(timeZone);
  // An invalid day start is rejected later, too.
  const startOf = (text: string | undefined) =>
    text !== undefined && PLAIN_DATE.test(text)
      ? (zone.startOf(text, dayStart) ?? zone.startOf(text) ?? text)
      : text;
  return { from: startOf(from), to: startOf(to) };
}
