import type { LearnerKey, SessionKey } from './api.js';
import { Batcher } from './batcher.js';
import type { Activity, Observer, QueueName } from './observer.js';
import type { RecordOutcome } from './store/batches/batches.js';
import type { Candidate } from './store/batches/candidate.js';
import { SessionRecorder } from './store/batches/session-recorder.js';
import type { Database } from './store/database.js';
import type { LearnerStats } from './store/queries/stats.js';
import { weightOf } from './store/batches/weight.js';
import type { SessionRow } from './store/rows.js';

/** The hot paths of a database, each with what waits for it. */
export class Queues {
  readonly record: Batcher<Candidate, RecordOutcome>;
  readonly stats: Batcher<LearnerKey, LearnerStats | 'course-not-found'>;
  readonly session: Batcher<SessionKey, SessionRow | 'session-not-found'>;

  constructor(database: Database, observer?: Observer) {
    const { batches } = database;
    const recorder = new SessionRecorder(database);
    const told = (queue: QueueName) => ({ onBatch: (size: number) => observer?.batch(queue, size) });
    this.record = new Batcher((candidates) => recorder.record(candidates), batches.gathering, {
      weigh: ({ row }) => weightOf(row),
      ...told('record'),
    });
    this.stats = new Batcher((keys) => batches.findStats(keys), batches.gathering, told('stats'));
    this.session = new Batcher((keys) => batches.findSessions(keys), batches.gathering, told('session'));
  }

  get waiting(): Activity['waiting'] {
    return { record: this.record.waiting, stats: this.stats.waiting, session: this.session.waiting };
  }
}
