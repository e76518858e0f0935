import type { Answer, HeaderList } from './answer.js';
import type { AnswerBudget } from './answer-budget.js';
import type { Exchange } from './exchange.js';

/** Milliseconds. */
const LINGER = 1_000;

/** Personal data: no cache keeps it, no browser guesses its type, runs what is in it or shows it in a frame. */
export const COMMON_HEADERS: HeaderList = [
  ['Cache-Control', 'no-store'],
  ['X-Content-Type-Options', 'nosniff'],
  ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
];
const COMMON = COMMON_HEADERS.flat();

/**
 * @param budget of what the answer is to count as a part
 * @throws {StatsError} `overloaded`; nothing was sent
 */
export function send(
  exchange: Exchange,
  { status, headers, common, type = 'application/json', body, text }: Answer,
  budget?: AnswerBudget,
): void {
  const { request, response, requestId } = exchange;
  // With a line end, for the terminal of a person who tries the API out.
  const content = text ?? (body === undefined ? '' : `${JSON.stringify(body)}\n`);
  const size = Buffer.byteLength(content);
  budget?.take(request, response, size);
  const all = [...(common?.flat() ?? COMMON), 'X-Request-Id', requestId];
  if (size > 0) all.push('Content-Type', type, 'Content-Length', String(size));
  for (const name in headers) all.push(name, headers[name] ?? '');
  response.writeHead(status, all);
  if (headers?.['Connection'] === 'close' && !request.complete) linger(exchange, content);
  // Where each character is one byte, the text is ASCII, which Node writes faster as what is a part of it.
  else response.end(content, size === content.length ? 'latin1' : 'utf8');
}

/**
 * Answers a client that is still sending, and takes what it sends for a while: a connection that is closed under
 * it would be reset, and the answer lost with it.
 */
function linger({ request, response }: Exchange, content: string | Buffer): void {
  response.write(content);
  const end = () => response.end();
  const timer = setTimeout(end, LINGER);
  request.resume();
  request.once('close', () => {
    clearTimeout(timer);
    end();
  });
}
