import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { ExportedSession, SessionContent, UserId } from '../../src/core/index.js';
import { BIN } from './cli.js';
import { newSessionId, sessionContent } from './factories.js';
import type { Fixture } from './fixture.js';

/** Records different sessions of the learners in turn, and returns them as an export must. */
export async function record(
  { stats, courseId }: Pick<Fixture, 'stats' | 'courseId'>,
  users: readonly UserId[],
  amount: number,
  content: Partial<SessionContent> = {},
): Promise<ExportedSession[]> {
  return Promise.all(
    Array.from({ length: amount }, async (_, index) => {
      const userId = users[index % users.length];
      if (!userId) throw new Error('There is no learner to record a session of.');
      const values = {
        averageScore: index / 16,
        timeStudied: index,
        moduleIds: moduleIdsOf(index),
        ...content,
      };
      const { session } = await stats.recordSession({
        userId,
        courseId,
        session: { sessionId: newSessionId(), ...sessionContent(values) },
      });
      const { createdAt: _created, updatedAt: _updated, ...exported } = session;
      return { userId, ...exported };
    }),
  );
}

/** Some ids must be quoted in CSV or JSON. */
function moduleIdsOf(index: number): string[] {
  const ids = ['"', ',', 'a,b', '"quoted"', String.raw`\n`, 'plain'];
  return ids.slice(0, index % (ids.length + 1)).toSorted();
}

export async function flat<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const items: T[] = [];
  for await (const page of pages) items.push(...page);
  return items;
}

interface StartedBin {
  readonly pid: number | undefined;
  readonly stdout: Readable;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the process has exited, even if its stdout was not read. */
  readonly ended: Promise<Ended>;
}

interface Ended {
  readonly code: number | null;
  /** The signal that killed the process, if any. */
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

export function startBin(argv: readonly string[]): StartedBin {
  const child = spawn(process.execPath, [BIN, ...argv], { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  const stderr = text(child.stderr);
  return {
    pid: child.pid,
    stdout: child.stdout,
    kill: (signal) => child.kill(signal),
    ended: Promise.all([exited, stderr]).then(([, said]) => ({
      code: child.exitCode,
      signal: child.signalCode,
      stderr: said,
    })),
  };
}
