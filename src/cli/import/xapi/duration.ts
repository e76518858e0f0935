/** Milliseconds by the designators of ISO 8601, in their order. Years and months must be 0: their lengths vary. */
const UNITS = { Y: 0, MO: 0, W: 604_800_000, D: 86_400_000, H: 3_600_000, M: 60_000, S: 1_000 };
/** Further digits of a fraction are less than a millionth of a millisecond. */
const MAX_FRACTION_DIGITS = 15;

const NUMBER = String.raw`\d{1,15}(?:[.,]\d+)?`;
const ISO_8601 = new RegExp(
  `^P(?=[^T]|T\\d)(?:(?<Y>0+)Y)?(?:(?<MO>0+)M)?(?:(?<W>${NUMBER})W)?(?:(?<D>${NUMBER})D)?` +
    `(?:T(?=\\d)(?:(?<H>${NUMBER})H)?(?:(?<M>${NUMBER})M)?(?:(?<S>${NUMBER})S)?)?$`,
);
/** Only the last number may have a fraction. */
const EARLY_FRACTION = /[.,]\d+[A-Z]+\d/;

/**
 * Parses an ISO 8601 duration such as `PT1H5M20.5S` and rounds it to milliseconds, exactly. Returns `undefined` for
 * other text.
 */
export function parseIsoDuration(text: string): number | undefined {
  const groups = ISO_8601.exec(text)?.groups;
  if (!groups || EARLY_FRACTION.test(text)) return undefined;
  let milliseconds = 0;
  for (const [unit, size] of Object.entries(UNITS)) {
    const [whole = '0', fraction = ''] = groups[unit]?.split(/[.,]/) ?? [];
    milliseconds += Number(whole) * size + roundedFraction(fraction.slice(0, MAX_FRACTION_DIGITS), size);
  }
  return milliseconds;
}

/** Multiplies the digits after a decimal point by a size and rounds half up, without floating-point errors. */
function roundedFraction(digits: string, size: number): number {
  if (digits === '') return 0;
  const scale = 10n ** BigInt(digits.length);
  return Number((BigInt(digits) * BigInt(size) * 2n + scale) / (2n * scale));
}
