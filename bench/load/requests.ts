import { idOf } from '../ids.js';
import type { LoadOrder } from './messages.js';
import { Random } from './random.js';

const HEX = Array.from({ length: 0x1_0000 }, (_, n) => n.toString(16).padStart(4, '0'));
/** Enough different bodies that no server profits from a repeated one; all of one length. */
const CONTENTS = Array.from(
  { length: 64 },
  (_, n) =>
    `"totalModulesStudied":${10 + n},"averageScore":${20 + n}.${1 + (n % 9)},"timeStudied":${100_000 + n * 997}}`,
);

/** Makes one request after the other, as cheaply as possible: it shares the machine with the server. */
export function requestMaker({ port, work, seed, learners, courses }: LoadOrder): () => string {
  const random = new Random(seed);
  const learnerIds = idsOf('learner', learners);
  const courseIds = idsOf('course', courses);
  const host = `Host: 127.0.0.1:${port}\r\nX-User-Id: `;
  if (work === 'stats') {
    return () =>
      `GET /courses/${random.pick(courseIds)} HTTP/1.1\r\n${host}${random.pick(learnerIds)}\r\n\r\n`;
  }
  const length = Buffer.byteLength(body(random));
  const rest = `\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
  return () =>
    `POST /courses/${random.pick(courseIds)} HTTP/1.1\r\n${host}${random.pick(learnerIds)}${rest}${body(random)}`;
}

function body(random: Random): string {
  return `{"sessionId":"${sessionId(random)}",${random.pick(CONTENTS)}`;
}

/** Random as version 4 is: new sessions fall anywhere in the index. */
function sessionId(random: Random): string {
  const a = random.next();
  const b = random.next();
  const c = random.next();
  const d = random.next();
  return `${HEX[a >>> 16]}${HEX[a & 0xffff]}-${HEX[b >>> 16]}-4${HEX[b & 0xffff]?.slice(1)}-8${HEX[c >>> 16]?.slice(1)}-${HEX[c & 0xffff]}${HEX[d >>> 16]}${HEX[d & 0xffff]}`;
}

function idsOf(kind: 'learner' | 'course', { from, count }: LoadOrder['learners']): string[] {
  return Array.from({ length: count }, (_, n) => idOf(kind, from + n));
}
