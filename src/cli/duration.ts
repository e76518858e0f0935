/** Milliseconds. Weeks are last: `formatDuration` has used up the rest before it reaches them. */
const UNITS = new Map(
  Object.entries({ d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1, w: 604_800_000 }),
);

const SHORT =
  /^(?:(?<d>\d+(?:\.\d+)?)d)?(?:(?<h>\d+(?:\.\d+)?)h)?(?:(?<m>\d+(?:\.\d+)?)m)?(?:(?<s>\d+(?:\.\d+)?)s)?(?:(?<ms>\d+)ms)?$/;
/** ISO 8601, without the months and years that have no fixed length. */
const ISO_8601 =
  /^p(?:(?<w>\d+(?:\.\d+)?)w)?(?:(?<d>\d+(?:\.\d+)?)d)?(?:t(?:(?<h>\d+(?:\.\d+)?)h)?(?:(?<m>\d+(?:\.\d+)?)m)?(?:(?<s>\d+(?:\.\d+)?)s)?)?$/;

/** Reads milliseconds (`1500000`) or a duration (`25m`, `1h5m`, `PT25M`); `undefined` if it is neither. */
export function parseDuration(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  const lower = text.toLowerCase();
  const match = SHORT.exec(lower) ?? ISO_8601.exec(lower);
  let milliseconds: number | undefined;
  for (const [unit, count] of Object.entries(match?.groups ?? {})) {
    if (count !== undefined) milliseconds = (milliseconds ?? 0) + Number(count) * (UNITS.get(unit) ?? 0);
  }
  return milliseconds && Math.round(milliseconds);
}

/** Writes what `parseDuration` reads: `1h 5m 20s` without the spaces. */
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
