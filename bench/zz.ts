/* oxlint-disable no-console */
import { startServer } from './processes.js';
const C = 'b0fce403-c178-fa57-404c-1cc4176547a8';
const reqs: [string, string][] = [
  ['page', `/dashboard/courses/${C}`],
  ['roster', `/courses/${C}/learners?sort=displayName&limit=50`],
  ['progress', `/courses/${C}/learners?sort=progress&limit=50`],
  ['summary', `/courses/${C}/summary`],
  ['activity 12w', `/courses/${C}/activity?interval=week&from=2026-09-08T00:00:00Z`],
  ['week part', `/courses/${C}/activity?interval=week&from=2026-10-20T00:00:00Z&to=2026-10-24T00:00:00Z`],
  ['activity all', `/courses/${C}/activity?interval=week`],
];
for (const url of process.argv.slice(2)) {
  await using server = await startServer(url);
  const out: string[] = [];
  for (const [n, path] of reqs) {
    const ts: number[] = [];
    let size = 0;
    for (let i = 0; i <= 9; i++) {
      const a = performance.now();
      const r = await fetch(`http://127.0.0.1:${server.port}${path}`, {
        headers: { 'X-User-Id': '00000000-0000-0000-0000-000000000000' },
      });
      const text = await r.text();
      size = text.length;
      if (r.status !== 200) {
        console.log(n, r.status, text.slice(0, 200));
        break;
      }
      if (i) ts.push(performance.now() - a);
    }
    ts.sort((a, b) => a - b);
    out.push(`${n} ${ts[0]?.toFixed(0)}ms ${(size / 1000).toFixed(0)}k`);
  }
  console.log(url.slice(-30), out.join(' | '));
}
process.exit();
