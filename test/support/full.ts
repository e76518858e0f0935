/**
 * True in the nightly run, `npm run test:faults:full`. The gate runs the same tests with fewer rounds, because each
 * round of a kill or of random requests is a fresh chance and none of them is special.
 */
export const FULL = process.env['STATS_TEST_FULL'] !== undefined;
