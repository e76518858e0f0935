import { createServer, type Socket } from 'node:net';
import { listen } from './ports.js';

interface SilentServer extends AsyncDisposable {
  readonly url: string;
  /** The number of connections that have received data. */
  readonly asked: number;
}

/** Accepts connections and reads requests, but never responds. */
export async function startSilentServer(): Promise<SilentServer> {
  const sockets = new Set<Socket>();
  let asked = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('data', () => asked++).resume();
    // A client that gives up may close the connection in any way.
    socket.on('error', () => undefined);
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    get asked() {
      return asked;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await server[Symbol.asyncDispose]();
    },
  };
}
