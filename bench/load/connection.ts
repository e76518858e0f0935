import { connect } from 'node:net';

const HEAD_END = '\r\n\r\n';
const SUCCESS = /^HTTP\/1\.1 20[01] /;
const CONTENT_LENGTH = /content-length: (\d+)/i;

interface ConnectionEvents {
  /** The next request; `undefined` ends the connection. */
  next(): string | undefined;
  /** A whole answer has come. */
  answered(): void;
  failed(error: Error): void;
  ended(): void;
}

/** One request after the other on one socket. The parser knows just what the servers here answer. */
export function openConnection(port: number, events: ConnectionEvents): void {
  // One buffer for every packet, instead of a new one for each.
  const packet = Buffer.allocUnsafe(16_384);
  let pending = '';
  const socket = connect({
    port,
    host: '127.0.0.1',
    noDelay: true,
    onread: { buffer: packet, callback: receive },
  });
  socket.once('connect', send);
  socket.once('error', (error) => events.failed(error));
  socket.once('end', () => events.failed(new Error('The server closed the connection.')));

  function send(): void {
    const request = events.next();
    if (request !== undefined) {
      socket.write(request, 'latin1');
      return;
    }
    socket.removeAllListeners();
    socket.destroy();
    events.ended();
  }

  function receive(length: number): boolean {
    pending += packet.toString('latin1', 0, length);
    const headEnd = pending.indexOf(HEAD_END);
    if (headEnd === -1) return true;
    const bodyLength = Number(CONTENT_LENGTH.exec(pending)?.[1]);
    const missing = headEnd + HEAD_END.length + bodyLength - pending.length;
    if (missing > 0) return true;
    if (missing < 0 || Number.isNaN(missing) || !SUCCESS.test(pending)) {
      events.failed(new Error(`The server answered:\n${pending}`));
      return false;
    }
    pending = '';
    events.answered();
    send();
    return true;
  }
}
