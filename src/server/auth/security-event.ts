import type { Scope } from '../../core/model/api-key.js';
import type { HttpErrorCode } from '../problem.js';
import type { RequestContext } from '../request.js';
import { subjectOf, type AccessError } from './caller.js';

/** An event of the security log. It contains no credential and no id of a learner. */
export interface SecurityEvent {
  readonly event: 'refused' | 'learner erased';
  readonly requestId: string;
  readonly route: string | undefined;
  /** Why the request was refused. */
  readonly code?: HttpErrorCode;
  /** The scope that is missing. */
  readonly scope?: Scope;
  /** The address of the connection. */
  readonly address: string | undefined;
  /** The caller: the id of an API key, or a hash of the learner. */
  readonly subject: string | undefined;
  /** A hash of the erased learner. */
  readonly learner?: string;
}

export function refusal(context: RequestContext, { code, scope, subject }: AccessError): SecurityEvent {
  return { ...common(context), event: 'refused', code, ...(scope && { scope }), subject };
}

export function erasure(context: RequestContext, userId: string): SecurityEvent {
  return {
    ...common(context),
    event: 'learner erased',
    subject: context.caller?.subject,
    learner: subjectOf(userId.toLowerCase()),
  };
}

function common({ requestId, route, request }: RequestContext) {
  return { requestId, route, address: request.socket.remoteAddress };
}
