import assert from 'node:assert/strict';
import * as z from 'zod';

export interface HttpAnswer {
  readonly status: number;
  /** The names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

const problemSchema = z.strictObject({
  type: z.string(),
  title: z.string().min(1),
  status: z.int(),
  detail: z.string().min(1),
  code: z.string(),
  errors: z
    .array(
      z.union([
        z.strictObject({ pointer: z.string(), detail: z.string().min(1) }),
        z.strictObject({ parameter: z.string().min(1), detail: z.string().min(1) }),
      ]),
    )
    .min(1)
    .optional(),
});

export type Problem = z.output<typeof problemSchema>;

export function bodyOf({ text }: HttpAnswer): unknown {
  return JSON.parse(text);
}

/** Asserts that a response is a valid problem document with this code, and returns the document. */
export function assertProblem(answer: HttpAnswer, status: number, code: string): Problem {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.headers['content-type'], 'application/problem+json');
  const problem = problemSchema.parse(bodyOf(answer));
  assert.equal(problem.code, code);
  assert.equal(problem.status, status);
  assert.equal(problem.type, `urn:stats-service:problem:${code}`);
  return problem;
}

/** Asserts a problem with exactly these pointers (empty or beginning with `/`) and parameters. */
export function assertFaults(
  answer: HttpAnswer,
  status: number,
  code: string,
  places: readonly string[],
): Problem {
  const problem = assertProblem(answer, status, code);
  const blamed = (problem.errors ?? []).map((fault) =>
    'pointer' in fault ? fault.pointer : fault.parameter,
  );
  assert.deepEqual(blamed.toSorted(), places.toSorted());
  return problem;
}

/** Headers that differ between responses to equal requests, or belong to the connection. */
const PER_ANSWER = new Set(['date', 'x-request-id', 'connection', 'keep-alive']);

export function comparable({ status, headers, text }: HttpAnswer): HttpAnswer {
  const kept = Object.entries(headers).filter(([name]) => !PER_ANSWER.has(name));
  return { status, headers: Object.fromEntries(kept), text };
}
