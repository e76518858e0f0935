import type { LearnerKey, SessionKey } from '../../api.js';
import { refusalOf } from '../driver-fault.js';
import type { NamedQuery } from '../named-statements.js';
import type { LearnerStats } from '../queries/stats.js';
import { postgresFault } from '../postgres-faults.js';
import { saysTheSame, type SessionRow } from '../rows.js';
import { allFailed, lost, type Batches, type RecordOutcome } from './batches.js';
import type { Candidate } from './candidate.js';
import { candidateArrays } from './postgres-arrays.js';
import type { PackedCandidates } from './packed-candidates.js';
import type { PostgresLoader } from './postgres-loader.js';
import { PostgresReads } from './postgres-reads.js';
import type { NotRecorded, OthersAtWork } from './postgres-rows.js';
import type { PostgresStatements } from './postgres-statements.js';
import { separateCopies } from './copies.js';

interface PostgresBatchesOptions {
  readonly compile: () => PostgresStatements;
  /** Asks whether connections that are not ours are at work, or were a moment ago. */
  readonly othersAtWork: () => NamedQuery;
  readonly loader: PostgresLoader;
  /** The values of each row, in the order of the statement's columns. */
  readonly query: <Row extends readonly unknown[]>(query: NamedQuery) => Promise<readonly Row[]>;
}

/** One statement for each batch, which is its transaction too. */
export class PostgresBatches implements Batches {
  /** One batch is gathered and answered while Postgres works on another; more would only be smaller. */
  readonly gathering = { maxSize: 500, maxInFlight: 2, blocking: false };
  /** Others wait only for learners that a batch has, and for the processor. */
  readonly bulk = {
    alone: { weight: 4_000, inFlight: 3 },
    shared: { weight: 2_000, inFlight: 1, pause: 0.1 },
  };
  readonly #options: PostgresBatchesOptions;
  readonly #reads: PostgresReads;
  #compiled: PostgresStatements | undefined;

  constructor(options: PostgresBatchesOptions) {
    this.#options = options;
    this.#reads = new PostgresReads({ statements: () => this.#statements, query: options.query });
  }

  async record(candidates: readonly Candidate[]): Promise<RecordOutcome[]> {
    // One identity at a time: a statement can tell of a row only whether it has inserted it.
    const { firsts, copies } = separateCopies(candidates);
    const notRecorded = new Map(await this.#options.query<NotRecorded>(this.#recording(firsts)));
    if (notRecorded.size === 0 && copies.length === 0) {
      return candidates.map(({ row }) => ({ outcome: 'recorded', session: row }));
    }
    const outcomes = new Map<Candidate, RecordOutcome>();
    const known = [...copies];
    for (const [index, candidate] of firsts.entries()) {
      const isCourseKnown = notRecorded.get(index + 1);
      if (isCourseKnown === undefined)
        outcomes.set(candidate, { outcome: 'recorded', session: candidate.row });
      else if (isCourseKnown) known.push(candidate);
      else outcomes.set(candidate, { outcome: 'course-not-found' });
    }
    if (known.length > 0) {
      const compared = await this.#compare(known);
      for (const [index, candidate] of known.entries()) outcomes.set(candidate, compared[index] ?? lost());
    }
    return candidates.map((candidate) => outcomes.get(candidate) ?? lost());
  }

  load(candidates: PackedCandidates, positions: readonly number[]): Promise<void> {
    return this.#options.loader.load(candidates, positions);
  }

  findStats(learners: readonly LearnerKey[]): Promise<(LearnerStats | 'course-not-found')[]> {
    return this.#reads.findStats(learners);
  }

  findSessions(keys: readonly SessionKey[]): Promise<(SessionRow | 'session-not-found')[]> {
    return this.#reads.findSessions(keys);
  }

  findHeld(learners: readonly LearnerKey[]): Promise<LearnerKey[]> {
    return this.#reads.findHeld(learners);
  }

  async othersAtWork(): Promise<boolean> {
    const [row] = await this.#options.query<OthersAtWork>(this.#options.othersAtWork());
    return row?.[0] === true;
  }

  #recording(candidates: readonly Candidate[]): NamedQuery {
    const { record, recordOne } = this.#statements;
    const [only, ...others] = candidates;
    return only?.row.module_ids === '' && others.length === 0
      ? { name: 'record_session', text: recordOne.text, values: recordOne.bind(only.row) }
      : { name: 'record_sessions', text: record.text, values: record.bind(candidateArrays(candidates)) };
  }

  /**
   * Compares candidates with the sessions that have their identity. One whose session was deleted in between is
   * recorded after all. What the batch has recorded stays recorded even if this fails.
   */
  async #compare(candidates: readonly Candidate[]): Promise<RecordOutcome[]> {
    try {
      const stored = await this.findSessions(
        candidates.map(({ row }) => ({
          userId: row.user_id,
          courseId: row.course_id,
          sessionId: row.session_id,
        })),
      );
      const outcomes = candidates.map((candidate, index) => compareWith(stored[index], candidate));
      const again = await this.#recordAgain(candidates.filter((_, index) => !outcomes[index]));
      const recorded = again.values();
      return outcomes.map((outcome) => outcome ?? recorded.next().value ?? lost());
    } catch (error) {
      return allFailed(candidates, error);
    }
  }

  async #recordAgain(candidates: readonly Candidate[]): Promise<RecordOutcome[]> {
    if (candidates.length === 0) return [];
    try {
      return await this.record(candidates);
    } catch (error) {
      const refusal = refusalOf(postgresFault(error));
      if (!refusal) return allFailed(candidates, error);
      if (candidates.length === 1) return [{ outcome: refusal }];
      const outcomes: RecordOutcome[] = [];
      for (const candidate of candidates) outcomes.push(...(await this.#recordAgain([candidate])));
      return outcomes;
    }
  }

  get #statements(): PostgresStatements {
    return (this.#compiled ??= this.#options.compile());
  }
}

function compareWith(
  stored: SessionRow | 'session-not-found' | undefined,
  { row, completionSent }: Candidate,
): RecordOutcome | undefined {
  if (stored === undefined || stored === 'session-not-found') return undefined;
  return { outcome: saysTheSame(stored, row, completionSent) ? 'replayed' : 'conflict', session: stored };
}
