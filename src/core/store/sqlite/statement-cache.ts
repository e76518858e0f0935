/** Keeps the most recently used statements prepared. */
export class StatementCache<Statement> {
  readonly #prepare: (text: string) => Statement;
  readonly #size: number;
  /** From least to most recently used. */
  readonly #statements = new Map<string, Statement>();

  constructor(prepare: (text: string) => Statement, size: number) {
    this.#prepare = prepare;
    this.#size = size;
  }

  get(text: string): Statement {
    const statement = this.#statements.get(text) ?? this.#prepare(text);
    this.#statements.delete(text);
    this.#statements.set(text, statement);
    const [oldest] = this.#statements.keys();
    if (this.#statements.size > this.#size && oldest !== undefined) this.#statements.delete(oldest);
    return statement;
  }
}
