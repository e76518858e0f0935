/** Milliseconds. Weeks are last, so that `formatDuration` never uses them. */
const UNITS = new Map(
  Object.entries({ d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1, w: 604_800_000 }),
);

const SHORT_DURATION =
  /^(?:(?<d>\d+(?:\.\d+)?)d)?(?:(?<h>\d+(?:\.\d+)?)h)?(?:(?<m>\d+(?:\.\d+)?)m)?(?:(?<s>\d+(?:\.\d+)?)s)?(?:(?<ms>\d+)ms)?$/;
/** ISO 8601 without months and years, whose length varies. */
const ISO_8601 =
  /^p(?:(?<w>\d+(?:\.\d+)?)w)?(?:(?<d>\d+(?:\.\d+)?)d)?(?:t(?:(?<h>\d+(?:\.\d+)?)h)?(?:(?<m>\d+(?:\.\d+)?)m)?(?:(?<s>\d+(?:\.\d+)?)s)?)?$/;

/** Parses milliseconds or a duration (`25m`, `1h5m`, `PT25M`). Returns `undefined` for other text. */
export function parseDuration(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  const lower = text.toLowerCase();
  const match = SHORT_DURATION.exec(lower) ?? ISO_8601.exec(lower);
  let milliseconds: number | undefined;
  for (const [unit, count] of Object.entries(match?.groups ?? {})) {
    if (count !== undefined) milliseconds = (milliseconds ?? 0) + Number(count) * (UNITS.get(unit) ?? 0);
  }
  return milliseconds && Math.round(milliseconds);
}

/** Formats a duration for people and for `parseDuration`, such as `1h5m20s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s';
  let rest = milliseconds;
  let text = '';
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) text += `${count}${unit}`;
  }
  return text;
}

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];

/** Formats a time studied in its two largest units up to hours, rounded, such as `4m40s` or `312h5m`. */
export function formatStudyTime(milliseconds: number): string {
  if (milliseconds < SECOND) return formatDuration(milliseconds);
  const unit = milliseconds < HOUR ? SECOND : MINUTE;
  const rounded = Math.round(milliseconds / unit) * unit;
  const hours = Math.floor(rounded / HOUR);
  const rest = rounded % HOUR;
  if (hours === 0) return formatDuration(rest);
  return `${hours.toLocaleString('en-US')}h${rest === 0 ? '' : formatDuration(rest)}`;
}
