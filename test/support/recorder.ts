import assert from 'node:assert/strict';
import * as z from 'zod';
import { newSessionId, newUserId, sessionContent } from './factories.js';
import { bodyOf, type HttpAnswer } from './http-answer.js';
import type { HttpClient } from './http-client.js';

type Sender = Pick<HttpClient, 'send'>;

const courseSchema = z.looseObject({ courseId: z.string() });
const statsSchema = z.looseObject({ sessionCount: z.int(), timeStudied: z.int() });

interface Recording {
  readonly timeStudied: number;
  readonly sessionId: string;
}

/** Records sessions of one learner over HTTP and computes the expected totals. */
export class Recorder {
  readonly userId = newUserId();
  readonly #path: string;
  /** Total milliseconds of the acknowledged sessions, which all differ in `timeStudied`. */
  #time = 0;
  #next = 1;
  acknowledged = 0;
  /** Sessions without an acknowledgement, which may be recorded or not. */
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

  async repeat(client: Sender): Promise<HttpAnswer[]> {
    return Promise.all(this.open.splice(0).map((json) => this.#send(client, json)));
  }

  /** Asserts that the totals are exactly those of the acknowledged sessions. */
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

export async function makeCourse(client: Sender, name = 'Algebra'): Promise<string> {
  const answer = await client.send('POST', '/courses', { userId: newUserId(), json: { name } });
  assert.equal(answer.status, 201, answer.text);
  return courseSchema.parse(bodyOf(answer)).courseId;
}
