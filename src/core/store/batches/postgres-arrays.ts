import type { LearnerKey, SessionKey } from '../../api.js';
import type { SessionRow } from '../rows.js';
import type { Candidate } from './batches.js';

/** For each column an array of its values, as Postgres reads arrays. */
export type Arrays<Name extends string> = Record<Name, string>;

export function learnerArrays(learners: readonly LearnerKey[]): Arrays<'user_id' | 'course_id'> {
  return {
    user_id: plainArray(learners.map(({ userId }) => userId)),
    course_id: plainArray(learners.map(({ courseId }) => courseId)),
  };
}

export function sessionArrays(keys: readonly SessionKey[]): Arrays<'user_id' | 'course_id' | 'session_id'> {
  return { ...learnerArrays(keys), session_id: plainArray(keys.map(({ sessionId }) => sessionId)) };
}

/** What a session that is recorded says of itself; it is updated when it is created. */
export type CandidateColumn = Exclude<keyof SessionRow, 'updated_at'>;

export function candidateArrays(candidates: readonly Candidate[]): Arrays<CandidateColumn> {
  const column = (name: CandidateColumn) => plainArray(candidates.map(({ row }) => row[name]));
  return {
    user_id: column('user_id'),
    course_id: column('course_id'),
    session_id: column('session_id'),
    total_modules_studied: column('total_modules_studied'),
    average_score_units: column('average_score_units'),
    time_studied: column('time_studied'),
    completed_at: column('completed_at'),
    module_ids: quotedArray(candidates.map(({ row }) => row.module_ids)),
    created_at: column('created_at'),
  };
}

/** Ids, numbers and times have nothing in them that an array would take for its own. */
function plainArray(values: readonly (string | number)[]): string {
  return `{${values.join(',')}}`;
}

/** https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
function quotedArray(values: readonly string[]): string {
  return `{${values.map(quoted).join(',')}}`;
}

function quoted(value: string): string {
  return /["\\]/.test(value) ? `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"` : `"${value}"`;
}
