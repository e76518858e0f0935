/** What a driver's error means, where that is known. */
export type DriverFault =
  | 'unique'
  | 'foreign-key'
  | 'out-of-range'
  /** Somebody held a row for longer than is waited for. */
  | 'locked'
  | 'unavailable'
  | 'unusable';

/** Why the database took nothing. */
export type Refusal = 'course-not-found' | 'total-out-of-range';

/** The database checks both anyway, so that no query is spent on asking first. */
export function refusalOf(fault: DriverFault | undefined): Refusal | undefined {
  switch (fault) {
    case 'foreign-key':
      return 'course-not-found';
    case 'out-of-range':
      return 'total-out-of-range';
    default:
      return undefined;
  }
}
