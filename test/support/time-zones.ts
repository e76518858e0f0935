/** Local dates from Intl, independent of the program's own calendar arithmetic. */

export const ZONES: readonly string[] = [
  'UTC',
  'Europe/London',
  'America/New_York',
  // A half-hour offset without clock changes.
  'Asia/Kolkata',
  // Skipped 2011-12-30 to cross the date line.
  'Pacific/Apia',
  // Changed clocks at midnight, so that some days began at 01:00.
  'America/Sao_Paulo',
];

const formats = new Map<string, Intl.DateTimeFormat>();

/** Returns the local date and time of an instant, such as `2026-11-22T10:00:00`. */
export function localTime(instant: string | number, timeZone: string): string {
  let format = formats.get(timeZone);
  if (!format) {
    // Sweden writes dates in the order of ISO 8601.
    format = new Intl.DateTimeFormat('sv-SE', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(timeZone, format);
  }
  return format.format(new Date(instant)).replace(' ', 'T').padStart('2026-11-22T10:00:00'.length, '0');
}

/** Returns the first date of the day, week (Monday) or month of an instant. */
export function localDate(instant: string, timeZone: string, interval: 'day' | 'week' | 'month'): string {
  const date = localTime(instant, timeZone).slice(0, 10);
  if (interval === 'month') return `${date.slice(0, 8)}01`;
  if (interval === 'day') return date;
  // Calculated in UTC, where every day has 24 hours.
  const noon = new Date(`${date}T12:00:00Z`);
  noon.setUTCDate(noon.getUTCDate() - ((noon.getUTCDay() + 6) % 7));
  return noon.toISOString().slice(0, 10);
}
