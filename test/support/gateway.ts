import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen } from './ports.js';

/** A response of the gateway itself, as HTML unless it has a body. */
export interface GatewayAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** True if the server receives the request, and the gateway loses its response. Default: false. */
  readonly isForwarded?: boolean;
}

interface GatewayRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly body: string;
  /** Milliseconds, for comparison with others. */
  readonly time: number;
}

export interface Gateway extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly GatewayRequest[];
}

/**
 * Starts a reverse proxy.
 *
 * @param answerTo returns the answer to the request with this number, from 1; `undefined` forwards it
 */
export async function startGateway(
  target: string,
  answerTo: (number: number) => GatewayAnswer | undefined,
): Promise<Gateway> {
  const requests: GatewayRequest[] = [];
  const handle = async (incoming: IncomingMessage, response: ServerResponse) => {
    const time = performance.now();
    const body = await text(incoming);
    const { method, url, headers } = incoming;
    const answer = answerTo(requests.push({ method, url, body, time }));
    if (answer && !answer.isForwarded) {
      respond(response, answer);
      return;
    }
    const { host } = new URL(target);
    const options = { method, headers: { ...headers, host } };
    const outgoing = send(new URL(url ?? '', target), options, (reply) => {
      if (answer) reply.resume().on('end', () => respond(response, answer));
      else reply.pipe(response.writeHead(reply.statusCode ?? 502, reply.headers));
    });
    outgoing.on('error', () => respond(response, { status: 502 })).end(body);
  };
  const server = createServer((incoming, response) => void handle(incoming, response));
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await server[Symbol.asyncDispose]();
    },
  };
}

function respond(response: ServerResponse, { status, headers, body = `<h1>${status}</h1>` }: GatewayAnswer) {
  response.writeHead(status, { 'Content-Type': 'text/html', ...headers }).end(body);
}
