import type { ErrorKind } from '../core/errors.js';

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  unavailable: 4,
  partial: 5,
  interrupted: 130,
} as const;

export const EXIT_OF_KIND: Readonly<Record<ErrorKind, number>> = {
  invalid: EXIT.usage,
  'not-found': EXIT.notFound,
  conflict: EXIT.failed,
  unavailable: EXIT.unavailable,
  incompatible: EXIT.failed,
};
