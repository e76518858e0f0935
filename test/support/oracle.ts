/** Slow but obvious arithmetic that shares no code with the program. */

const SIGNIFICANT_DECIMALS = 80;

/** Converts the shortest decimal text of a number to an integer of 10^-`decimals`, rounded half up. */
export function unitsOf(value: number, decimals: number): bigint {
  const [digits = '', exponent = '0'] = value.toString().split('e');
  const [whole = '', fraction = ''] = digits.split('.');
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(decimals);
  const integer = BigInt(whole + fraction);
  if (power >= 0n) return integer * 10n ** power;
  const divisor = 10n ** -power;
  return (2n * integer + divisor) / (2n * divisor);
}

/** Returns the double nearest to a quotient, from more decimals than could change the result. */
export function quotientOf(dividend: bigint, divisor: bigint): number {
  const scale = 10n ** BigInt(SIGNIFICANT_DECIMALS);
  const fraction = ((dividend % divisor) * scale) / divisor;
  const beyond = ((dividend % divisor) * scale) % divisor === 0n ? '' : '1';
  return Number(`${dividend / divisor}.${fraction.toString().padStart(SIGNIFICANT_DECIMALS, '0')}${beyond}`);
}
