import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../bin/stats-service.js', import.meta.url));
const LISTENING = /^Listening on (http:\/\/\S+)$/;

interface ServerProcess extends AsyncDisposable {
  readonly url: string;
  stop(): Promise<number | null>;
}

export async function startServer(database: string): Promise<ServerProcess> {
  const child = spawn(process.execPath, [PROGRAM, 'serve', '--port', '0', '--database', database], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  const exited = once(child, 'exit');
  const lines: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line);
      const found = LISTENING.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`The server ended: ${lines.join('\n')}`)));
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await exited;
    return child.exitCode;
  };
  return {
    url,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}
