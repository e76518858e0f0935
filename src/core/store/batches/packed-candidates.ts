import { toCourseId, toSessionId, toUserId } from '../../model/ids.js';
import type { Candidate } from './candidate.js';
import * as copyRow from './copy-row.js';

/** Bytes that are taken at once; a session with a thousand of the longest module ids has an eighth of them. */
const BLOCK = 2 ** 20;
/** Before each row, whether the time of completion was sent. */
const FLAG = 1;

interface Block {
  readonly bytes: Buffer;
  /** Reads a word in half the time. */
  readonly view: DataView;
}

/**
 * Candidates that wait, in a quarter of what they take as objects and outside of V8's heap, each known by its
 * position. They lie there as Postgres' `COPY` takes them.
 */
export class PackedCandidates {
  readonly #blocks: Block[] = [];
  #end = 0;

  /** @returns its position */
  add({ row, completionSent }: Candidate): number {
    const size = FLAG + copyRow.sizeOf(row);
    // None lies in two blocks.
    const room = BLOCK - offsetOf(this.#end);
    const position = this.#end + (size > room ? room : 0);
    const { bytes } = (this.#blocks[indexOf(position)] ??= newBlock());
    copyRow.writeRow(bytes, bytes.writeUInt8(completionSent ? 1 : 0, offsetOf(position)), row);
    this.#end = position + size;
    return position;
  }

  /** Forgets all; what it has taken of memory is used again. */
  clear(): void {
    this.#end = 0;
  }

  at(position: number): Candidate {
    const createdAt = this.read(copyRow.CREATED, position);
    const row = {
      user_id: toUserId(this.read(copyRow.USER_ID, position)),
      course_id: toCourseId(this.read(copyRow.COURSE_ID, position)),
      session_id: toSessionId(this.read(copyRow.SESSION_ID, position)),
      total_modules_studied: this.read(copyRow.MODULES, position),
      average_score_units: this.read(copyRow.SCORE, position),
      time_studied: this.read(copyRow.TIME, position),
      completed_at: this.read(copyRow.COMPLETED, position),
      module_ids: this.moduleIds(position),
      created_at: createdAt,
      updated_at: createdAt,
    };
    return { row, completionSent: this.#block(position).bytes.readUInt8(offsetOf(position)) === 1 };
  }

  read<Value>({ type, at }: copyRow.Field<Value>, position: number): Value {
    return type.read(this.#block(position).bytes, startOf(position) + at);
  }

  /** Copies the bytes of a value. */
  copy({ type, at }: copyRow.AnyField, position: number, to: Buffer, toAt: number): void {
    const start = startOf(position) + at;
    this.#block(position).bytes.copy(to, toAt, start, start + type.size);
  }

  moduleIds(position: number): string {
    return copyRow.moduleIdsAt(this.#block(position).bytes, startOf(position));
  }

  /** In the order of the keys that lie there. */
  compare({ from, to }: copyRow.Key, a: number, b: number): number {
    const [viewOfA, viewOfB] = [this.#block(a).view, this.#block(b).view];
    const [startOfA, startOfB] = [startOf(a), startOf(b)];
    for (let at = from; at < to; at += 4) {
      const difference = viewOfA.getUint32(startOfA + at) - viewOfB.getUint32(startOfB + at);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  /** The first six bytes of the identity as a number: whose is smaller comes first. */
  prefixOf(position: number): number {
    return this.#block(position).bytes.readUIntBE(startOf(position) + copyRow.IDENTITY.from, 6);
  }

  /** The bytes of a row. */
  rowAt(position: number): Buffer {
    const start = startOf(position);
    const { bytes } = this.#block(position);
    return bytes.subarray(start, start + copyRow.sizeAt(bytes, start));
  }

  #block(position: number): Block {
    const block = this.#blocks[indexOf(position)];
    if (!block) throw new RangeError(`There is no candidate at ${position}.`);
    return block;
  }
}

function newBlock(): Block {
  const bytes = Buffer.allocUnsafeSlow(BLOCK);
  return { bytes, view: new DataView(bytes.buffer) };
}

/** Of a block. */
function indexOf(position: number): number {
  return Math.floor(position / BLOCK);
}

/** In its block. */
function offsetOf(position: number): number {
  return position % BLOCK;
}

/** Of its row in its block. */
function startOf(position: number): number {
  return offsetOf(position) + FLAG;
}
