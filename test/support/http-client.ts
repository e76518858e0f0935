import { Agent, request } from 'undici';
import type { UserId } from '../../src/core/index.js';
import type { HttpAnswer } from './http-answer.js';

export interface HttpOptions {
  readonly userId?: UserId | string;
  readonly json?: unknown;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export class HttpClient implements AsyncDisposable {
  readonly #url: string;
  readonly #agent: Agent;

  constructor(url: string, connections = 64) {
    this.#url = url;
    this.#agent = new Agent({ connections, pipelining: 1 });
  }

  async send(method: string, path: string, options: HttpOptions = {}): Promise<HttpAnswer> {
    const { userId, json, headers } = options;
    const body = json === undefined ? options.body : JSON.stringify(json);
    const response = await request(`${this.#url}${path}`, {
      method,
      headers: {
        ...(userId !== undefined && { 'x-user-id': userId }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body ?? null,
      dispatcher: this.#agent,
    });
    return {
      status: response.statusCode,
      headers: Object.fromEntries(
        Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
      ),
      text: await response.body.text(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.close();
  }
}
