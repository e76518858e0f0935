import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

export interface Listener extends AsyncDisposable {
  readonly port: number;
}

/** Accepts connections and closes them, like a proxy without its database. */
export async function listenAndHangUp(): Promise<Listener> {
  const server = createServer((socket) => socket.destroy());
  const port = await listen(server);
  return { port, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

export async function closedPort(): Promise<number> {
  await using server = createServer();
  return await listen(server);
}

export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}
