import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const executable = [process.env['STATS_TEST_CHROMIUM'], ...PLACES].find(
  (path) => path !== undefined && existsSync(path),
);

/** Why a test in a browser cannot run here; `false` where it can. */
export const noBrowser =
  executable === undefined && 'no Chromium is installed; STATS_TEST_CHROMIUM may name one';

/** A real browser that sends no requests of its own. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: executable ?? '',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
