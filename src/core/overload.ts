import { StatsError } from './errors.js';

/** More is asked for than can be done in time. */
export function overloaded(): StatsError {
  return new StatsError('overloaded', 'Too much is asked for at once; nothing was changed. Try again later.');
}
