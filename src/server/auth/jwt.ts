import type { CryptoKey, JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose';
import { isScope, type Scope } from '../../core/model/api-key.js';
import { deriveId, ID_NAMESPACE, isId } from '../../core/model/ids.js';
import type { VerifiedCaller } from './caller-cache.js';
import { invalidToken, subjectOf, type Caller } from './caller.js';
import { jwksLoader } from './jwks-source.js';
import { KeySet, MAX_AGE } from './key-set.js';

/** How JSON Web Tokens are verified (RFC 7519, RFC 8725). */
export interface JwtOptions {
  /** The `iss` of the tokens. */
  readonly issuer: string;
  /** The `aud` of the tokens: the name of this service at the issuer. */
  readonly audience: string;
  /** The URL or the file of the issuer's keys (JWKS). Default: discovered from the issuer (OpenID Connect). */
  readonly jwks?: string | undefined;
  /** The claim with the learner: a UUID, or a text from which the id is derived. Default: `sub`. */
  readonly userClaim?: string | undefined;
  /** The namespace of derived ids, a UUID. Default: that of `deriveId`. */
  readonly idNamespace?: string | undefined;
}

/** Asymmetric only: with a shared secret, everyone who verifies tokens could also issue them. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];
/** Courses in a claim. Lists of a limited caller are filtered. */
const MAX_COURSES = 1_000;
/** Seconds that the clock of the issuer may differ. */
const CLOCK_TOLERANCE = 30;

export class JwtVerifier {
  readonly #options: JwtOptions;
  readonly #keys: KeySet;

  /** @throws {RangeError} for an invalid option */
  constructor(options: JwtOptions) {
    const { issuer, audience, jwks, idNamespace } = options;
    if (issuer === '' || audience === '') throw new RangeError('A JWT needs an issuer and an audience.');
    if (idNamespace !== undefined && !isId(idNamespace)) {
      throw new RangeError(`idNamespace is "${idNamespace}"; it must be a UUID.`);
    }
    this.#options = options;
    this.#keys = new KeySet(jwksLoader(issuer, jwks));
  }

  /** @throws {AccessError} `invalid-token`, `keys-unavailable` */
  async verify(token: string): Promise<VerifiedCaller> {
    const { errors } = await import('jose');
    try {
      const payload = await this.#payloadOf(token);
      const expires = (payload.exp ?? 0) * 1_000;
      // A key that the issuer has removed must not be trusted any longer.
      const until = Math.min(expires + CLOCK_TOLERANCE * 1_000, Date.now() + MAX_AGE);
      return { caller: this.#callerOf(payload), until, expires };
    } catch (error) {
      // The messages of jose name claims and algorithms, not their values.
      if (error instanceof errors.JOSEError) throw invalidToken(error.message.replace(/\.$/, ''));
      throw error;
    }
  }

  async #payloadOf(token: string): Promise<JWTPayload> {
    const { errors, jwtVerify } = await import('jose');
    const { issuer, audience } = this.#options;
    const rules: JWTVerifyOptions = {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE,
      requiredClaims: ['exp'],
    };
    try {
      const findKey: JWTVerifyGetKey<CryptoKey> = (header, input) => this.#keys.find(header, input);
      return (await jwtVerify(token, findKey, rules)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      // A token without the id of its key, during a rotation.
      for await (const key of error) {
        const verified = await jwtVerify(token, key, rules).catch((cause: unknown) => {
          if (!(cause instanceof errors.JWSSignatureVerificationFailed)) throw cause;
        });
        if (verified) return verified.payload;
      }
      throw new errors.JWSSignatureVerificationFailed();
    }
  }

  #callerOf(payload: JWTPayload): Caller {
    const { userClaim = 'sub', idNamespace = ID_NAMESPACE } = this.#options;
    const learner = payload[userClaim];
    if (!isText(learner)) throw invalidToken(`the claim ${userClaim} must be a text`);
    const userId = deriveId(learner, idNamespace);
    const subject = subjectOf(userId);
    const { scope, courses } = payload;
    return {
      credential: 'jwt',
      userId,
      scopes: scopesOf(scope),
      courses: coursesOf(courses, idNamespace, subject),
      subject,
    };
  }
}

/** Scopes of other services are ignored. */
function scopesOf(claim: unknown): ReadonlySet<Scope> {
  const texts: unknown[] = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  return new Set(texts.filter((text) => typeof text === 'string').filter(isScope));
}

/** A claim that cannot be read must not become access to all courses. */
function coursesOf(claim: unknown, namespace: string, subject: string): ReadonlySet<string> | undefined {
  if (claim === undefined) return undefined;
  const texts: unknown[] = Array.isArray(claim) ? claim : [];
  const ids = texts.filter(isText);
  if (!Array.isArray(claim) || ids.length < texts.length || ids.length > MAX_COURSES) {
    throw invalidToken(`the claim courses must be a list of at most ${MAX_COURSES} course ids`, subject);
  }
  return new Set(ids.map((id) => deriveId(id, namespace)));
}

/** An id cannot be derived from half a surrogate pair. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.isWellFormed();
}
