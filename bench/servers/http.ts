import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Respond, Service, SessionContent } from './service.js';

const COURSE_ID_START = '/courses/'.length;

/** Serves the two routes of the bench with bare `node:http`: no validation, no error handling. */
export function serve(service: Service): void {
  const server = createServer({ keepAliveTimeout: 72_000 }, (request, response) => {
    const learner = { userId: userIdOf(request), courseId: request.url?.slice(COURSE_ID_START) ?? '' };
    if (request.method === 'GET') {
      service.stats(learner, responder(response, 200));
      return;
    }
    let text = '';
    request.setEncoding('latin1');
    request.on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      const content: SessionContent = JSON.parse(text);
      service.record({ ...learner, ...content }, responder(response, 201));
    });
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    process.stderr.write(`Listening on http://127.0.0.1:${port}\n`);
  });
}

/** The raw list spares making an object of all headers. */
function userIdOf({ rawHeaders }: IncomingMessage): string {
  return rawHeaders[rawHeaders.indexOf('X-User-Id') + 1] ?? '';
}

function responder(response: ServerResponse, status: number): Respond {
  return (text) => {
    response.writeHead(status, ['Content-Type', 'application/json', 'Content-Length', `${text.length}`]);
    response.end(text, 'latin1');
  };
}
