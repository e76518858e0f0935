import { fork } from 'node:child_process';
import { once } from 'node:events';
import { compiled } from './compile.js';
import { endProcess, guarded } from './guarded.js';
import { loadReportSchema, type LoadOrder, type LoadReport } from './load/messages.js';

let runs = 0;

export interface LoadProcess {
  /** @throws if any request fails */
  run(order: Omit<LoadOrder, 'seed'>): Promise<LoadReport>;
  stop(): Promise<void>;
}

/** One process for all loads, so that its code is compiled and warm after the first. */
export function startLoadProcess(): LoadProcess {
  const child = guarded(fork(compiled('load/main.js'), { execArgv: [] }));
  const ended = once(child, 'exit').then((): unknown[] => ['The process has ended.']);
  return {
    async run(order) {
      runs += 1;
      child.send({ ...order, seed: runs });
      const [report] = await Promise.race([once(child, 'message'), ended]);
      const parsed = loadReportSchema.safeParse(report);
      if (!parsed.success) throw new Error(`The load failed: ${JSON.stringify(report)}`);
      return parsed.data;
    },
    stop: () => endProcess(child),
  };
}
