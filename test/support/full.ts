/**
 * True in the nightly runs, `npm run test:full` and `npm run test:faults:full`. CI runs the same tests with fewer random
 * rounds, and analyses fewer pages in a browser.
 */
export const FULL = process.env['STATS_TEST_FULL'] !== undefined;
