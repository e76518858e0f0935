export type HeaderList = readonly (readonly [name: string, value: string])[];

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of the headers of all answers: for what is not personal. */
  readonly common?: HeaderList;
  /** Default: `application/json`. */
  readonly type?: string;
  /** Written as JSON; left out where there is none. */
  readonly body?: unknown;
  /** Instead of a body: written as it is. */
  readonly text?: string | Buffer;
}
