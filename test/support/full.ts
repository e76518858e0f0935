/**
 * True in the nightly run, `npm run test:faults:full`. CI runs the same tests with fewer random rounds.
 */
export const FULL = process.env['STATS_TEST_FULL'] !== undefined;
