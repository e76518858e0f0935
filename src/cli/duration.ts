/** Milliseconds. */
const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
/** Weeks are only read, and only of ISO 8601. */
const UNITS_READ = { w: 604_800_000, ...UNITS };

const SHORT =
  /^(?:(?<d>\d+(?:\.\d+)?)d)?(?:(?<h>\d+(?:\.\d+)?)h)?(?:(?<m>\d+(?:\.\d+)?)m)?(?:(?<s>\d+(?:\.\d+)?)s)?(?:(?<ms>\d+)ms)?$/;
/** ISO 8601, without the months and years that have no fixed length. */
const ISO_8601 =
  /^p(?:(?<w>\d+(?:\.\d+)?)w)?(?:(?<d>\d+(?:\.\d+)?)d)?(?:t(?:(?<h>\d+(?:\.\d+)?)h)?(?:(?<m>\d+(?:\.\d+)?)m)?(?:(?<s>\d+(?:\.\d+)?)s)?)?$/;

/** Reads milliseconds (`1500000`) or a duration (`25m`, `1h5m`, `PT25M`); `undefined` if it is neither. */
export function parseDuration(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  const lower = text.toLowerCase();
  const groups = Object.entries((SHORT.exec(lower) ?? ISO_8601.exec(lower))?.groups ?? {});
  const parts = groups.filter(([, value]) => value !== undefined);
  if (parts.length === 0) return undefined;
  let milliseconds = 0;
  for (const [unit, value] of parts) milliseconds += Number(value) * millisecondsOf(unit);
  return Math.round(milliseconds);
}

/** Writes what `parseDuration` reads: `1h 5m 20s` without the spaces. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s';
  let rest = milliseconds;
  let text = '';
  for (const [unit, size] of Object.entries(UNITS)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) text += `${count}${unit}`;
  }
  return text;
}

function millisecondsOf(unit: string): number {
  const found = Object.entries(UNITS_READ).find(([name]) => name === unit);
  if (!found) throw new Error(`${unit} is no unit of time.`);
  return found[1];
}
