import { request } from 'undici';
import type { Cell, ServerName } from './cells.js';
import { idOf } from './ids.js';
import type { ServerProcess } from './server-process.js';

const SESSION = {
  sessionId: idOf('session', 1),
  totalModulesStudied: 3,
  averageScore: 61.5,
  timeStudied: 61_000,
};
const INSTANT_OF_RECORDING = /("(?:completedAt|createdAt|updatedAt|lastCompletedAt)":")[^"]+/g;

/** A server that answers something else does other work: nothing is measured before all answer alike. */
export async function assertSameAnswers(
  cell: Cell,
  running: ReadonlyMap<ServerName, ServerProcess>,
): Promise<void> {
  const answers = new Map<ServerName, string>();
  for (const [server, { port }] of running) answers.set(server, await answersOf(cell, port));
  if (new Set(answers.values()).size <= 1) return;
  const each = Array.from(answers, ([server, text]) => `${server}:\n${text}`);
  throw new Error(`The servers answer differently on ${cell.database}.\n${each.join('\n')}`);
}

/** Recording is followed by the stats, so that what was recorded is seen to count. */
async function answersOf({ work }: Cell, port: number): Promise<string> {
  if (work === 'stats') return answerOf(port);
  const answers = `${await answerOf(port, SESSION)}${await answerOf(port)}`;
  return answers.replaceAll(INSTANT_OF_RECORDING, '$1now');
}

async function answerOf(port: number, body?: object): Promise<string> {
  const { statusCode, body: answer } = await request(
    `http://127.0.0.1:${port}/courses/${idOf('course', 7)}`,
    {
      method: body ? 'POST' : 'GET',
      headers: { 'X-User-Id': idOf('learner', 1_234), 'Content-Type': 'application/json' },
      body: body && JSON.stringify(body),
    },
  );
  return `${statusCode} ${await answer.text()}`;
}
