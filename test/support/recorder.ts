import assert from 'node:assert/strict';
import * as z from 'zod';
import { newSessionId, newUserId, sessionContent } from './factories.js';
import { bodyOf, type HttpAnswer } from './http-answer.js';
import type { HttpClient } from './http-client.js';

/** A client, or what chooses among several. */
type Sender = Pick<HttpClient, 'send'>;

const courseSchema = z.looseObject({ courseId: z.string() });
const statsSchema = z.looseObject({ sessionCount: z.int(), timeStudied: z.int() });

interface Recording {
  readonly timeStudied: number;
  readonly sessionId: string;
}

/** One learner who records session after session over HTTP, and knows what the totals must be. */
export class Recorder {
  readonly userId = newUserId();
  readonly #path: string;
  /** Milliseconds, of all sessions whose recording was acknowledged: no two have the same. */
  #time = 0;
  #next = 1;
  acknowledged = 0;
  /** Sessions that were not acknowledged; each may be recorded or not. */
  readonly open: Recording[] = [];

  constructor(courseId: string) {
    this.#path = `/courses/${courseId}`;
  }

  async record(client: Sender): Promise<HttpAnswer> {
    return this.#send(client, {
      ...sessionContent({ timeStudied: this.#next++ }),
      sessionId: newSessionId(),
    });
  }

  /** Again, what was not acknowledged. */
  async repeat(client: Sender): Promise<HttpAnswer[]> {
    return Promise.all(this.open.splice(0).map((json) => this.#send(client, json)));
  }

  /** Totals are those of what was acknowledged, no more and no less. */
  async assertTotals(client: Sender): Promise<void> {
    assert.deepEqual(this.open, []);
    const answer = await client.send('GET', this.#path, { userId: this.userId });
    assert.equal(answer.status, 200, answer.text);
    const { sessionCount, timeStudied } = statsSchema.parse(bodyOf(answer));
    assert.deepEqual([sessionCount, timeStudied], [this.acknowledged, this.#time]);
  }

  async #send(client: Sender, json: Recording): Promise<HttpAnswer> {
    const answer = await client.send('POST', this.#path, { userId: this.userId, json });
    if (answer.status === 201 || answer.status === 200) {
      this.acknowledged++;
      this.#time += json.timeStudied;
    } else {
      this.open.push(json);
    }
    return answer;
  }
}

/** Makes a course over HTTP; its id. */
export async function makeCourse(client: Sender, name = 'Algebra'): Promise<string> {
  const answer = await client.send('POST', '/courses', { userId: newUserId(), json: { name } });
  assert.equal(answer.status, 201, answer.text);
  return courseSchema.parse(bodyOf(answer)).courseId;
}
