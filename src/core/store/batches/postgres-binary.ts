/**
 * Values as Postgres takes them in binary, which it reads several times as fast as text: what the `recv` functions
 * of its types read (https://www.postgresql.org/docs/current/protocol-overview.html#PROTOCOL-FORMAT-CODES).
 */

/** A type whose values are all of one size. */
export interface FixedType<Value> {
  /** In `pg_type`. */
  readonly oid: number;
  /** Bytes of a value. */
  readonly size: number;
  readonly write: (to: Buffer, at: number, value: Value) => void;
}

export const UUID: FixedType<string> = { oid: 2950, size: 16, write: writeUuid };

export const INTEGER: FixedType<number> = {
  oid: 23,
  size: 4,
  write: (to, at, value) => to.writeInt32BE(value, at),
};

/** Of the exact integers of JavaScript. */
export const BIGINT: FixedType<number> = { oid: 20, size: 8, write: writeInteger };

/** From an instant such as `2026-11-22T10:00:00.000Z`. */
export const TIMESTAMPTZ: FixedType<string> = {
  oid: 1184,
  size: 8,
  write: (to, at, value) => writeMicroseconds(to, at, Date.parse(value) - EPOCH),
};

const TEXT_OID = 25;
/** Of its times. */
const EPOCH = Date.UTC(2000, 0, 1);
/** Dimensions, flags, the type of the elements, how many they are, the number of the first. */
const HEADER = 5 * 4;
const LENGTH = 4;
const TWO_TO_32 = 2 ** 32;
const HYPHEN = 0x2d;

export function toArray<Item, Value>(
  { oid, size, write }: FixedType<Value>,
  items: readonly Item[],
  valueOf: (item: Item) => Value,
): Buffer {
  const array = Buffer.allocUnsafe(HEADER + items.length * (LENGTH + size));
  let at = writeHeader(array, oid, items.length);
  for (const item of items) {
    at = array.writeInt32BE(size, at);
    write(array, at, valueOf(item));
    at += size;
  }
  return array;
}

export function toTextArray(values: readonly string[]): Buffer {
  const size = values.reduce((sum, value) => sum + LENGTH + Buffer.byteLength(value), HEADER);
  const array = Buffer.allocUnsafe(size);
  let at = writeHeader(array, TEXT_OID, values.length);
  for (const value of values) {
    const length = array.write(value, at + LENGTH);
    at = array.writeInt32BE(length, at) + length;
  }
  return array;
}

function writeHeader(to: Buffer, oid: number, length: number): number {
  to.writeInt32BE(1, 0);
  to.writeInt32BE(0, 4);
  to.writeInt32BE(oid, 8);
  to.writeInt32BE(length, 12);
  return to.writeInt32BE(1, 16);
}

function writeInteger(to: Buffer, at: number, value: number): void {
  const high = Math.floor(value / TWO_TO_32);
  to.writeInt32BE(high, at);
  to.writeUInt32BE(value - high * TWO_TO_32, at + 4);
}

/** From milliseconds, in two parts: after the year 2285 they exceed the exact integers. */
function writeMicroseconds(to: Buffer, at: number, milliseconds: number): void {
  const high = Math.floor(milliseconds / TWO_TO_32);
  const low = (milliseconds - high * TWO_TO_32) * 1_000;
  const carry = Math.floor(low / TWO_TO_32);
  to.writeInt32BE(high * 1_000 + carry, at);
  to.writeUInt32BE(low - carry * TWO_TO_32, at + 4);
}

/** From 36 characters, of which the hyphens are left out. */
function writeUuid(to: Buffer, at: number, text: string): void {
  let end = at;
  for (let place = 0; place < text.length; place += 2) {
    if (text.charCodeAt(place) === HYPHEN) place++;
    to[end++] = (digitOf(text.charCodeAt(place)) << 4) | digitOf(text.charCodeAt(place + 1));
  }
}

/** `0` to `9` are 0x30 to 0x39, `a` to `f` are 0x61 to 0x66. */
function digitOf(code: number): number {
  return (code & 0xf) + 9 * (code >> 6);
}
