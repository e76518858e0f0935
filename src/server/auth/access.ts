import { StatsError } from '../../core/errors.js';
import type { Scope } from '../../core/model/api-key.js';
import { isId } from '../../core/model/ids.js';
import { describeFault, invalidRequest, rule } from '../../core/model/validation.js';
import { AccessError, hasScope, insufficientScope, type Caller } from './caller.js';

/** The permission that a route requires. A route that does not declare it does not compile. */
export type Access =
  /** Own data of a learner; the scope allows it for other learners. */
  | { readonly forOthers: Scope }
  /** A scope. */
  | { readonly scope: Scope }
  /** Any valid credential. */
  | 'authenticated';

/**
 * Returns the learner of a request. `X-User-Id` names the learner for whom the caller acts.
 *
 * @throws {AccessError} `insufficient-scope`
 * @throws {StatsError} `invalid-request` for an invalid `X-User-Id`
 * @throws {LearnerRequired} if an API key names no learner
 */
export function authorize(access: Access, caller: Caller, named: string | undefined): string | undefined {
  const isOther = named !== undefined && named.toLowerCase() !== caller.userId;
  if (isOther && !isId(named)) {
    const detail = rule('must be a UUID: 8-4-4-4-12 hexadecimal digits')({ input: named });
    throw invalidRequest([{ parameter: 'X-User-Id', detail }]);
  }
  if (access === 'authenticated' || 'scope' in access) {
    if (access !== 'authenticated') requireScope(caller, access.scope, 'This call');
    const mayActForOthers = hasScope(caller, 'stats:read') || hasScope(caller, 'sessions:write');
    if (isOther && !mayActForOthers) requireScope(caller, 'stats:read', 'Acting for another learner');
    return named ?? caller.userId;
  }
  if (isOther) requireScope(caller, access.forOthers, 'This call for another learner');
  const userId = named ?? caller.userId;
  if (userId === undefined) throw new LearnerRequired();
  return userId;
}

/** The credential, for example an API key, has no learner of its own. */
export class LearnerRequired extends StatsError {
  constructor() {
    const detail = 'is required, because the API key has no learner of its own';
    const fault = { parameter: 'X-User-Id', detail };
    super('invalid-request', describeFault(fault), { faults: [fault] });
  }
}

function requireScope(caller: Caller, scope: Scope, what: string): void {
  if (!hasScope(caller, scope))
    throw insufficientScope(`${what} requires the scope ${scope}.`, scope, caller.subject);
}

/** Refuses a course that the credential does not include. */
export function courseRefused({ subject }: Caller): AccessError {
  return new AccessError('course-refused', 'The credential is limited to other courses.', { subject });
}
