const SAFE = BigInt(Number.MAX_SAFE_INTEGER);
/** Bits of the quotient: 53 of a double, one for rounding, and spare bits. */
const QUOTIENT_BITS = 64;

/** Returns the double nearest to the quotient of two non-negative integers, ties to even. */
export function nearestQuotient(dividend: bigint, divisor: bigint): number {
  // IEEE 754 division is correctly rounded if both operands are exact.
  if (dividend <= SAFE && divisor <= SAFE) return Number(dividend) / Number(divisor);
  const shift = Math.max(0, QUOTIENT_BITS + bitLength(divisor) - bitLength(dividend));
  const scaled = dividend << BigInt(shift);
  const quotient = scaled / divisor;
  // The sticky bit makes an inexact quotient differ from a tie.
  const sticky = scaled % divisor === 0n ? 0n : 1n;
  return Number(quotient | sticky) / 2 ** shift;
}

function bitLength(value: bigint): number {
  return value.toString(2).length;
}
