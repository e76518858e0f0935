import { openConnection } from './connection.js';
import type { LoadOrder, LoadReport } from './messages.js';
import { requestMaker } from './requests.js';

/** More than any server here answers. */
const MAX_REQUESTS_PER_SECOND = 200_000;

/** Sends requests for a while, one at a time on each connection; rejects at the first that fails. */
export function runLoad(order: LoadOrder): Promise<LoadReport> {
  const makeRequest = requestMaker(order);
  const latencies = new Float64Array(MAX_REQUESTS_PER_SECOND * order.seconds);
  const start = performance.now();
  const deadline = start + order.seconds * 1_000;
  let answered = 0;
  let open = order.connections;

  return new Promise((resolve, reject) => {
    const connection = () => {
      let sent = 0;
      openConnection(order.port, {
        next: () => {
          sent = performance.now();
          return sent < deadline ? makeRequest() : undefined;
        },
        answered: () => {
          latencies[answered] = performance.now() - sent;
          answered += 1;
        },
        failed: reject,
        ended: () => {
          open -= 1;
          if (open === 0) resolve(report(latencies.subarray(0, answered), performance.now() - start));
        },
      });
    };
    for (let n = 0; n < order.connections; n++) connection();
  });
}

function report(latencies: Float64Array, milliseconds: number): LoadReport {
  latencies.sort();
  const percentile = (share: number) => latencies[Math.floor((latencies.length - 1) * share)] ?? Number.NaN;
  return {
    requests: latencies.length,
    seconds: milliseconds / 1_000,
    p50: percentile(0.5),
    p99: percentile(0.99),
    max: percentile(1),
  };
}
