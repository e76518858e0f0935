/** What floor and naive have in common: the requests and the rows, without any check. */
export interface Learner {
  readonly userId: string;
  readonly courseId: string;
}

/** The body of a recording. */
export interface SessionContent {
  readonly sessionId: string;
  readonly totalModulesStudied: number;
  readonly averageScore: number;
  readonly timeStudied: number;
}

export interface NewSession extends Learner, SessionContent {}

export interface TotalsRow {
  readonly session_count: number;
  readonly total_modules_studied: number;
  readonly weighted_score_units: number;
  readonly time_studied: number;
  readonly first_completed_at: string;
  readonly last_completed_at: string;
  readonly studied: number;
  readonly declared: number;
  readonly studied_of_declared: number;
}

/** Sends the answer; the text is JSON. */
export type Respond = (text: string) => void;

/** A session and where its answer goes. */
export interface Recording {
  readonly session: NewSession;
  readonly respond: Respond;
}

/** A learner and where the answer goes. */
export interface Reading {
  readonly learner: Learner;
  readonly respond: Respond;
}

export interface Service {
  record(session: NewSession, respond: Respond): void;
  stats(learner: Learner, respond: Respond): void;
}
