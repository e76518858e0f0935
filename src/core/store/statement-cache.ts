/** Keeps what was used last, so that each statement is prepared once while it is in use. */
export class StatementCache<Statement> {
  readonly #prepare: (text: string) => Statement;
  readonly #size: number;
  /** From the one that was used least recently to the last one. */
  readonly #statements = new Map<string, Statement>();

  constructor(prepare: (text: string) => Statement, size: number) {
    this.#prepare = prepare;
    this.#size = size;
  }

  get(text: string): Statement {
    const known = this.#statements.get(text);
    const statement = known ?? this.#prepare(text);
    this.#statements.delete(text);
    this.#statements.set(text, statement);
    const [oldest] = this.#statements.keys();
    if (this.#statements.size > this.#size && oldest !== undefined) this.#statements.delete(oldest);
    return statement;
  }
}
