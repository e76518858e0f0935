import type { ApiKeys } from '../../core/model/api-key.js';
import type { Authenticator } from './caller.js';
import { GatewayAuthenticator } from './gateway.js';
import { JwtVerifier, type JwtOptions } from './jwt.js';
import { TokenAuthenticator } from './token.js';

/** How requests are authenticated. */
export type AuthOptions =
  | {
      /** A service in front authenticates learners and sends `X-User-Id`, which is trusted. */
      readonly mode: 'gateway';
      /**
       * The addresses and CIDR ranges of the services in front, such as `10.0.0.0/8`, or `any`. Default: programs of this
       * machine that use a loopback name as `Host`.
       */
      readonly trustedProxies?: readonly string[] | 'any' | undefined;
    }
  | {
      /** Each request has `Authorization: Bearer` with a JWT or an API key. At least one of both must be set. */
      readonly mode: 'token';
      readonly jwt?: JwtOptions | undefined;
      /** The `keys` of `openStats`. */
      readonly keys?: ApiKeys | undefined;
    };

/** @throws {RangeError} for an invalid option */
export function authenticatorOf(options: AuthOptions = { mode: 'gateway' }): Authenticator {
  if (options.mode === 'gateway') return new GatewayAuthenticator(options.trustedProxies);
  const { jwt, keys } = options;
  if (!jwt && !keys) throw new RangeError('The mode token needs jwt, keys or both.');
  return new TokenAuthenticator({ jwt: jwt && new JwtVerifier(jwt), keys });
}
