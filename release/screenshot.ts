/** Takes the screenshot of the API page for the README: `npm run screenshot`. Needs Chromium. */
import { fileURLToPath } from 'node:url';
import { openStats } from '../src/core/index.js';
import { serve } from '../src/server/index.js';
import { noBrowser, startBrowser } from '../test/support/browser.js';

const FILE = fileURLToPath(new URL('../docs/images/api.png', import.meta.url));

if (noBrowser !== false) throw new Error(noBrowser);
await using stats = await openStats({ database: 'sqlite::memory:' });
await using server = await serve(stats, { port: 0 });
await using browser = await startBrowser();
const page = await browser.newPage({ viewport: { width: 960, height: 923 } });
await page.goto(`${server.url}/docs`);
await page.locator('.opblock').last().waitFor();
await page.evaluate(`document.querySelector('.opblock-tag').scrollIntoView()`);
await page.screenshot({ path: FILE });
