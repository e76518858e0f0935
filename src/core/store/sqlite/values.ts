/*
 * How values are stored in SQLite, which has no types for ids and times: an id is the 16 bytes of a UUID, a time is an
 * integer of milliseconds since 1970. In memory both are text, as in Postgres.
 */

const ID_BYTES = 16;
const ID_LENGTH = 36;
const HYPHEN = 0x2d;

/** The bytes of an id. */
export function encodeId(id: string): Uint8Array {
  // An id of another length was written by another program; see decodeId.
  if (id.length !== ID_LENGTH) return Buffer.from(id, 'hex');
  const bytes = Buffer.allocUnsafe(ID_BYTES);
  let end = 0;
  for (let place = 0; place < ID_LENGTH; place += 2) {
    if (id.charCodeAt(place) === HYPHEN) place++;
    bytes[end++] = (digitOf(id.charCodeAt(place)) << 4) | digitOf(id.charCodeAt(place + 1));
  }
  return bytes;
}

/** The value of a hexadecimal digit: `0` to `9` are 0x30 to 0x39, `a` to `f` are 0x61 to 0x66. */
function digitOf(code: number): number {
  return (code & 0xf) + 9 * (code >> 6);
}

function decodeId(bytes: Uint8Array): string {
  const digits = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
  if (bytes.length !== ID_BYTES) return digits;
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
}

export function encodeInstant(time: string): number {
  return Date.parse(time);
}

function decodeInstant(time: number): string {
  return new Date(time).toISOString();
}

/** The result columns of a statement that need decoding, by name: ids end in `_id`, times in `_at`. */
export interface CodedColumns {
  readonly ids: readonly string[];
  readonly instants: readonly string[];
}

export function codedColumns(names: readonly string[]): CodedColumns {
  return {
    ids: names.filter((name) => name.endsWith('_id')),
    instants: names.filter((name) => name.endsWith('_at')),
  };
}

/** Decodes the ids and times of a row in place. A `module_id` is text and stays as it is. */
export function decodeRow(row: Record<string, unknown>, { ids, instants }: CodedColumns): void {
  for (const name of ids) {
    const value = row[name];
    if (value instanceof Uint8Array) row[name] = decodeId(value);
  }
  for (const name of instants) {
    const value = row[name];
    if (typeof value === 'number') row[name] = decodeInstant(value);
  }
}
