import type { ApiKeys } from '../../core/model/api-key.js';
import type { Assets } from '../assets.js';
import { LinkSignIn } from './link-sign-in.js';
import type { SignInSessions } from './sign-in-session.js';
import { TokenSignIn } from './token-sign-in.js';
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
      /**
       * The secret of the dashboard's sessions, at least 32 bytes. Servers with the same secret share the sessions. Default: a
       * random one.
       */
      readonly sessionSecret?: string | undefined;
    }
  | {
      /**
       * For the browser of the person who runs the program, on a loopback address: `/dashboard/open?code=…` opens a session
       * that reads all courses. It works once, within 5 minutes. Every other page and call needs this session.
       */
      readonly mode: 'link';
      /** A random text, at least 32 bytes, such as that of `newSecret()`. */
      readonly code: string;
    };

export interface Auth {
  readonly authenticator: Authenticator;
  /** `undefined` if each request has its own credential. */
  readonly signIn?: SignInSessions;
}

/** @throws {RangeError} for an invalid option */
export function authOf(assets: Assets, options: AuthOptions = { mode: 'gateway' }): Auth {
  if (options.mode === 'gateway') {
    return { authenticator: new GatewayAuthenticator(options.trustedProxies) };
  }
  if (options.mode === 'link') {
    const signIn = new LinkSignIn(assets, options.code);
    return { authenticator: signIn, signIn };
  }
  const { jwt, keys, sessionSecret: secret } = options;
  if (!jwt && !keys) throw new RangeError('The mode token needs jwt, keys or both.');
  const authenticator = new TokenAuthenticator({ jwt: jwt && new JwtVerifier(jwt), keys });
  return { authenticator, signIn: new TokenSignIn(assets, authenticator, { secret }) };
}
