import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

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

/** A request on the way to its answer. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly #begin = performance.now();
  route: string | undefined;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.request = request;
    this.response = response;
    const given = request.headers['x-request-id'];
    this.requestId = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
  }

  toAnswered(): AnsweredRequest {
    const { request, response, requestId, route } = this;
    return {
      requestId,
      method: request.method ?? '',
      route,
      status: response.destroyed ? CLIENT_GONE : response.statusCode,
      duration: performance.now() - this.#begin,
    };
  }
}
