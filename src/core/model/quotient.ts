const SAFE = BigInt(Number.MAX_SAFE_INTEGER);
/** Bits of the quotient that are computed: a double's 53, one to round by, and room to spare. */
const QUOTIENT_BITS = 64;

/** The double nearest to the exact quotient of two non-negative integers, ties to even; the divisor is not 0. */
export function nearestQuotient(dividend: bigint, divisor: bigint): number {
  // IEEE 754 division is correctly rounded where both operands are exact.
  if (dividend <= SAFE && divisor <= SAFE) return Number(dividend) / Number(divisor);
  const shift = Math.max(0, QUOTIENT_BITS + bitLength(divisor) - bitLength(dividend));
  const scaled = dividend << BigInt(shift);
  const quotient = scaled / divisor;
  // A remainder breaks what would look like a tie; it is far below the bits that are kept.
  const sticky = scaled % divisor === 0n ? 0n : 1n;
  return Number(quotient | sticky) / 2 ** shift;
}

function bitLength(value: bigint): number {
  return value.toString(2).length;
}
