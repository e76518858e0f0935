import * as z from 'zod';
import type { Service } from './service.js';

const lineSchema = z.looseObject({
  level: z.string(),
  time: z.iso.datetime(),
  msg: z.string(),
  worker: z.int().optional(),
  requestId: z.string().optional(),
  count: z.int().optional(),
});

type LogLine = z.infer<typeof lineSchema>;

/** Parses the log, whose every line must be a whole JSON object. */
export function parseLog(log: string): LogLine[] {
  return log
    .split('\n')
    .slice(0, -1)
    .map((line) => lineSchema.parse(JSON.parse(line)));
}

/** Returns the workers with a log line of this message, in the order of the lines. */
export function workersWith({ log }: Pick<Service, 'log'>, message: string): (number | undefined)[] {
  // The last line may not be complete yet.
  return parseLog(log.slice(0, log.lastIndexOf('\n') + 1))
    .filter(({ msg, worker }) => msg === message && worker !== undefined)
    .map(({ worker }) => worker);
}
