import type { SessionRow } from '../rows.js';

/** A session to be recorded, as its row will be. */
export interface Candidate {
  readonly row: SessionRow;
  /** Whether the time of completion was sent, or is when the session was received. */
  readonly completionSent: boolean;
}
