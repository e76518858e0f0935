import type { Markup } from '../markup.js';
import type { HttpResponse } from '../response.js';
import { styleSource } from './style.js';

/** Responds with a picture as a file of its own. */
export function pictureResponse(picture: Markup, headers: HttpResponse['headers'] = {}): HttpResponse {
  const policy = `default-src 'none'; style-src ${styleSource()}; frame-ancestors 'none'`;
  return {
    status: 200,
    type: 'image/svg+xml; charset=utf-8',
    headers: { 'Content-Security-Policy': policy, ...headers },
    body: picture.text,
    format: String,
  };
}
