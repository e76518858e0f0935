export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: `application/json`. */
  readonly type?: string;
  /** Written as JSON; left out where there is none. */
  readonly body?: unknown;
  /** Instead of a body: written as it is. */
  readonly text?: string;
}
