/**
 * Values as Postgres takes them in binary, which it reads several times as fast as text: what the `recv` functions
 * of its types read (https://www.postgresql.org/docs/current/protocol-overview.html#PROTOCOL-FORMAT-CODES).
 */

/** Bytes that tell the size of a value, and stand before it. */
export const LENGTH = 4;

/** How a value of a type is written whose values are all of one size. */
export interface Encoding<Value> {
  /** In `pg_type`. */
  readonly oid: number;
  /** Bytes of a value. */
  readonly size: number;
  readonly write: (to: Buffer, at: number, value: Value) => void;
}

export interface FixedType<Value> extends Encoding<Value> {
  readonly read: (from: Buffer, at: number) => Value;
}

/** In lower case when it is read. */
export const UUID: FixedType<string> = { oid: 2950, size: 16, write: writeUuid, read: readUuid };

export const INTEGER: FixedType<number> = {
  oid: 23,
  size: 4,
  write: (to, at, value) => to.writeInt32BE(value, at),
  read: (from, at) => from.readInt32BE(at),
};

/** Of the exact integers of JavaScript. */
export const BIGINT: FixedType<number> = { oid: 20, size: 8, write: writeInteger, read: readInteger };

/** Of any size; to write one that exceeds Postgres' own throws a RangeError. */
export const WIDE_BIGINT: FixedType<bigint> = {
  oid: BIGINT.oid,
  size: BIGINT.size,
  write: (to, at, value) => to.writeBigInt64BE(value, at),
  read: (from, at) => from.readBigInt64BE(at),
};

/** From an instant such as `2026-11-22T10:00:00.000Z`. */
export const TIMESTAMPTZ: FixedType<string> = {
  oid: 1184,
  size: 8,
  write: (to, at, value) => writeMicroseconds(to, at, Date.parse(value) - EPOCH),
  read: (from, at) => new Date(Number(from.readBigInt64BE(at) / 1_000n) + EPOCH).toISOString(),
};

const TEXT_OID = 25;
/** Of its times. */
const EPOCH = Date.UTC(2000, 0, 1);
/** Dimensions, flags, the type of the elements, how many they are, the number of the first. */
const HEADER = 5 * 4;
const TWO_TO_32 = 2 ** 32;
const HYPHEN = 0x2d;

export function toArray<Item, Value>(
  type: Encoding<Value>,
  items: readonly Item[],
  valueOf: (item: Item) => Value,
): Buffer {
  const array = Buffer.allocUnsafe(HEADER + items.length * (LENGTH + type.size));
  let at = writeHeader(array, type.oid, items.length);
  for (const item of items) {
    at = writeField(array, at, type, valueOf(item));
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

/** A value with its size before it; returns where it ends. */
export function writeField<Value>(
  to: Buffer,
  at: number,
  { size, write }: Encoding<Value>,
  value: Value,
): number {
  const start = to.writeInt32BE(size, at);
  write(to, start, value);
  return start + size;
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

function readInteger(from: Buffer, at: number): number {
  return from.readInt32BE(at) * TWO_TO_32 + from.readUInt32BE(at + 4);
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

function readUuid(from: Buffer, at: number): string {
  const digits = from.toString('hex', at, at + 16);
  const parts = [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20)];
  return `${parts.join('-')}-${digits.slice(20)}`;
}

/** `0` to `9` are 0x30 to 0x39, `a` to `f` are 0x61 to 0x66. */
function digitOf(code: number): number {
  return (code & 0xf) + 9 * (code >> 6);
}
