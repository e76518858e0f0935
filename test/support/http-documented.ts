import assert from 'node:assert/strict';
import { newCourseId, newSessionId, newUserId } from './factories.js';
import { bodyOf, type HttpAnswer } from './http-answer.js';
import type { HttpClient, HttpOptions } from './http-client.js';
import { codesOf, documentSchema, endpointsOf, SchemaJudge, type Endpoint } from './http-openapi.js';

interface DocumentedRequest extends HttpOptions {
  readonly courseId?: string;
  readonly sessionId?: string;
  readonly query?: string;
}

/** A client that reads the OpenAPI description and validates every response against it. */
export class DocumentedClient {
  readonly endpoints: readonly Endpoint[];
  readonly judge: SchemaJudge;
  readonly seen = new Set<string>();
  readonly #send: HttpClient['send'];

  private constructor(send: HttpClient['send'], description: unknown) {
    const document = documentSchema.parse(description);
    this.#send = send;
    this.endpoints = endpointsOf(document);
    this.judge = SchemaJudge.of(document);
  }

  static async of(send: HttpClient['send']): Promise<DocumentedClient> {
    return new DocumentedClient(send, bodyOf(await send('GET', '/openapi.json')));
  }

  endpoint(operationId: string): Endpoint {
    const endpoint = this.endpoints.find((found) => found.operationId === operationId);
    assert.ok(endpoint, `${operationId} is not documented.`);
    return endpoint;
  }

  async call(operationId: string, request: DocumentedRequest = {}): Promise<HttpAnswer> {
    const { courseId = newCourseId(), sessionId = newSessionId(), query = '', ...options } = request;
    const endpoint = this.endpoint(operationId);
    const path = endpoint.path
      .replace('{courseId}', courseId)
      .replace('{sessionId}', sessionId)
      .replace('{userId}', request.userId ?? newUserId());
    const answer = await this.#send(endpoint.method, path + query, options);
    this.#assertDocumented(endpoint, answer);
    this.seen.add(`${operationId} ${answer.status}`);
    return answer;
  }

  #assertDocumented(endpoint: Endpoint, { status, headers, text }: HttpAnswer): void {
    const what = `${endpoint.operationId} ${status}: ${text}`;
    const documented = endpoint.responses[status];
    assert.ok(documented, what);

    const media = Object.entries(documented.content ?? {});
    const received = headers['content-type'];
    const [type, content] =
      media.find(([name]) => received === name || received?.startsWith(`${name};`)) ?? [];
    if (content)
      this.judge.assertValid(content.schema, type?.startsWith('application/') ? JSON.parse(text) : text);
    else assert.deepEqual([media.length, received, text], [0, undefined, ''], what);

    const code = status < 400 ? undefined : /"code":"([^"]+)"/.exec(text)?.[1];
    if (status >= 400) assert.ok(code !== undefined && codesOf(endpoint).includes(code), what);

    const names = new Set(Object.keys(documented.headers ?? {}).map((name) => name.toLowerCase()));
    assert.equal('location' in headers, names.has('location'), what);
    // Optional, because the last page of a list has no link.
    if ('link' in headers) assert.ok(names.has('link'), what);
  }
}
