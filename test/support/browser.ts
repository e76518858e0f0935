import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const CHROMIUM_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const executable = [process.env['STATS_TEST_CHROMIUM'], ...CHROMIUM_PATHS].find(
  (path) => path !== undefined && existsSync(path),
);

export const noBrowser =
  executable === undefined && 'Chromium is not installed; STATS_TEST_CHROMIUM sets its path';

/** Starts a browser that sends no background requests. */
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
