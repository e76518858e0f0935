import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { idOf } from '../ids.js';
import { COURSES, LEARNERS } from '../seed.js';

const HEADER =
  'userId,courseId,sessionId,totalModulesStudied,averageScore,timeStudied,completedAt,moduleIds\n';
const BLOCK = 64 * 1024;
/** Five million minutes later it is still in the past. */
const FIRST = Date.UTC(2016, 0, 1);
const MINUTE = 60_000;

/** Sessions as a platform has them: by time, 10,000 learners, each in two courses, up to three modules each. */
export async function writeSessions(path: string, lines: number): Promise<void> {
  const file = createWriteStream(path);
  let block = HEADER;
  for (let n = 0; n < lines; n++) {
    block += lineOf(n);
    if (block.length < BLOCK) continue;
    if (!file.write(block)) await once(file, 'drain');
    block = '';
  }
  file.end(block);
  await once(file, 'close');
}

function lineOf(n: number): string {
  // The same learner comes again at another place each time.
  const learner = (Math.imul(n, 7_919) >>> 0) % LEARNERS;
  const course = (learner + (n % 2)) % COURSES;
  const modules = n % 4;
  const values = [
    idOf('learner', learner),
    idOf('course', course),
    idOf('session', n),
    modules,
    ((n * 7_919) % 10_000) / 100,
    60_000 + (n % 1_000_000),
    new Date(FIRST + n * MINUTE).toISOString(),
    Array.from({ length: modules }, (_, index) => `m${(n + index) % 10}`).join(';'),
  ];
  return `${values.join()}\n`;
}
