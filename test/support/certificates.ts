import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TestDirectory } from './directory.js';

const execute = promisify(execFile);
/** Splits `line` at spaces. Arguments with spaces follow separately. */
const openssl = (line: string, ...others: readonly string[]) =>
  execute('openssl', [...line.split(' '), ...others]);

export interface Authority extends AsyncDisposable {
  readonly file: string;
  /** Issues a certificate and a key for a host name. */
  issue(name: string): Promise<{ readonly certificate: string; readonly key: string }>;
}

export async function createAuthority(): Promise<Authority> {
  const directory = await TestDirectory.create();
  const at = (name: string) => join(directory.path, name);
  const newKey = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';
  const [file, authorityKey] = [at('authority.crt'), at('authority.key')];
  const self = `req -x509 ${newKey} -days 2 -subj /CN=Authority`;
  await openssl(self, '-keyout', authorityKey, '-out', file);
  return {
    file,
    async issue(name) {
      const request = at('server.csr');
      await openssl(`req ${newKey} -subj /CN=Server`, '-keyout', at('server.key'), '-out', request);
      await directory.write('server.ext', `subjectAltName=DNS:${name}`);
      const issued = ['-in', request, '-extfile', at('server.ext'), '-out', at('server.crt')];
      await openssl('x509 -req -days 2 -CAcreateserial', ...issued, '-CA', file, '-CAkey', authorityKey);
      const [certificate, key] = await Promise.all(
        ['server.crt', 'server.key'].map((each) => directory.read(each)),
      );
      return { certificate: certificate ?? '', key: key ?? '' };
    },
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}
