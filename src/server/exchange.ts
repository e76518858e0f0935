import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Connection } from './open-answers.js';

/** A request that was answered, as a log tells of it: nothing in it is the learner's. */
export interface AnsweredRequest {
  /** The request's own if that is well-formed; the answer carries it as `X-Request-Id`. */
  readonly requestId: string;
  readonly method: string;
  /** The route's path, such as `/courses/{courseId}`; `undefined` where the request has none. */
  readonly route: string | undefined;
  /** Of the answer; 499 where the client went away before there was one. */
  readonly status: number;
  /** Milliseconds from the request's headers to when its answer was handed to the connection. */
  readonly duration: number;
}

const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** As nginx logs it. */
const CLIENT_GONE = 499;

interface ExchangeOptions {
  /** Where it has a place among the open answers. */
  readonly connection?: Connection | undefined;
  /** To be called before the body is read, where the client waits for that. */
  readonly acceptBody?: (() => void) | undefined;
}

/** A request on the way to its answer. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly acceptBody: (() => void) | undefined;
  route: string | undefined;
  readonly #connection: Connection | undefined;
  readonly #begin = performance.now();

  constructor(request: IncomingMessage, response: ServerResponse, options: ExchangeOptions = {}) {
    this.request = request;
    this.response = response;
    this.acceptBody = options.acceptBody;
    this.#connection = options.connection;
    const given = request.headers['x-request-id'];
    this.requestId = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
  }

  /** To be called once, when the answer is handed over or has come to nothing. */
  end(): AnsweredRequest {
    const { request, response, requestId, route } = this;
    if (this.#connection) this.#connection.unanswered--;
    return {
      requestId,
      method: request.method ?? '',
      route,
      status: response.destroyed ? CLIENT_GONE : response.statusCode,
      duration: performance.now() - this.#begin,
    };
  }
}
