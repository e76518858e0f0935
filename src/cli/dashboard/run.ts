import { once } from 'node:events';
import type { Stats } from '../../core/index.js';
import { newSecret, serve } from '../../server/index.js';
import { describeError, Interruption } from '../errors.js';
import type { Io } from '../io.js';
import { escapeControls, writeLine } from '../output.js';
import { openBrowser } from './browser.js';

/** Milliseconds for the pages in flight at the end. */
const CLOSE_DEADLINE = 2_000;

export interface DashboardSettings {
  /** 0 selects a free port. */
  readonly port: number;
  readonly opensBrowser: boolean;
}

/** Serves the dashboard of a database on a loopback address until the signal. */
export async function runDashboard(io: Io, stats: Stats, settings: DashboardSettings): Promise<void> {
  if (io.signal.aborted) throw new Interruption('interrupted');
  const code = newSecret();
  const server = await serve(stats, {
    port: settings.port,
    auth: { mode: 'link', code },
    onError: (error, requestId) =>
      writeLine(io.stderr, `Request ${requestId}: ${escapeControls(describeError(error))}`),
  });
  const link = `${server.url}/dashboard/open?code=${code}`;
  writeLine(io.stdout, link);
  writeLine(io.stderr, 'The link works once, within 5 minutes. Press Ctrl-C to stop.');
  if (settings.opensBrowser) openBrowser(link, io.env);
  if (!io.signal.aborted) await once(io.signal, 'abort');
  await server.close(CLOSE_DEADLINE);
}
