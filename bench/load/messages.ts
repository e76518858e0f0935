import * as z from 'zod';

/** What the load generator is told to do. */
export const loadOrderSchema = z.object({
  port: z.int(),
  work: z.enum(['record', 'stats']),
  connections: z.int(),
  seconds: z.number(),
  /** Two loads with the same one send the same session ids. */
  seed: z.int(),
  learners: z.object({ from: z.int(), count: z.int() }),
  courses: z.object({ from: z.int(), count: z.int() }),
});
export type LoadOrder = z.output<typeof loadOrderSchema>;

/** What it saw; latencies in milliseconds. */
export const loadReportSchema = z.object({
  requests: z.int(),
  seconds: z.number(),
  p50: z.number(),
  p99: z.number(),
  max: z.number(),
});
export type LoadReport = z.output<typeof loadReportSchema>;
