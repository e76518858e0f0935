import type { LearnerKey, SessionKey } from '../../api.js';
import type { SessionRow } from '../rows.js';
import type { Candidate } from './candidate.js';
import { BIGINT, INTEGER, TIMESTAMPTZ, toArray, toTextArray, UUID } from './postgres-binary.js';

/** For each column an array of its values, as Postgres takes arrays in binary. */
export type Arrays<Name extends string> = Record<Name, Buffer>;

export function learnerArrays(learners: readonly LearnerKey[]): Arrays<'user_id' | 'course_id'> {
  return {
    user_id: toArray(UUID, learners, ({ userId }) => userId),
    course_id: toArray(UUID, learners, ({ courseId }) => courseId),
  };
}

export function sessionArrays(keys: readonly SessionKey[]): Arrays<'user_id' | 'course_id' | 'session_id'> {
  return { ...learnerArrays(keys), session_id: toArray(UUID, keys, ({ sessionId }) => sessionId) };
}

/** What a session that is recorded says of itself; it is updated when it is created. */
export type CandidateColumn = Exclude<keyof SessionRow, 'updated_at'>;

export function candidateArrays(candidates: readonly Candidate[]): Arrays<CandidateColumn> {
  return {
    user_id: toArray(UUID, candidates, ({ row }) => row.user_id),
    course_id: toArray(UUID, candidates, ({ row }) => row.course_id),
    session_id: toArray(UUID, candidates, ({ row }) => row.session_id),
    total_modules_studied: toArray(INTEGER, candidates, ({ row }) => row.total_modules_studied),
    average_score_units: toArray(BIGINT, candidates, ({ row }) => row.average_score_units),
    time_studied: toArray(INTEGER, candidates, ({ row }) => row.time_studied),
    completed_at: toArray(TIMESTAMPTZ, candidates, ({ row }) => row.completed_at),
    module_ids: toTextArray(candidates.map(({ row }) => row.module_ids)),
    created_at: toArray(TIMESTAMPTZ, candidates, ({ row }) => row.created_at),
  };
}
