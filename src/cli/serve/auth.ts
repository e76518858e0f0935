import { Option, type Command } from 'commander';
import type { ApiKeys } from '../../core/index.js';
import type { AuthOptions, JwtOptions } from '../../server/index.js';
import { UsageError, withValue } from '../errors.js';
import type { Io } from '../io.js';
import { describeSetting, readIdNamespace, readSetting, SETTINGS, type Setting } from '../settings.js';

/** Bytes. `serve()` has the same bound. */
const MIN_SECRET = 32;
const MODES = ['gateway', 'token'] as const;

export interface AuthFlags {
  readonly auth?: string;
  readonly trustedProxies?: string;
  readonly jwtIssuer?: string;
  readonly jwtAudience?: string;
  readonly jwtJwks?: string;
  readonly jwtUserClaim?: string;
}

/** The settings of authentication, before the database with the API keys is open. */
export type AuthSettings =
  | { readonly mode: 'gateway'; readonly trustedProxies: readonly string[] | 'any' | undefined }
  | {
      readonly mode: 'token';
      readonly jwt: JwtOptions | undefined;
      readonly sessionSecret: string | undefined;
    };

export function addAuthOptions(command: Command): Command {
  const add = ({ flags, ...setting }: Setting & { readonly flags: string }) =>
    command.addOption(new Option(flags, describeSetting(setting)));
  add(SETTINGS.auth);
  add(SETTINGS.trustedProxies);
  add(SETTINGS.jwtIssuer);
  add(SETTINGS.jwtAudience);
  add(SETTINGS.jwtJwks);
  return add(SETTINGS.jwtUserClaim);
}

/** @throws {UsageError} for an invalid setting, or one that has no effect in this mode */
export function readAuth(io: Io, flags: AuthFlags): AuthSettings {
  const mode = readSetting(io, SETTINGS.auth, flags.auth);
  const proxies = readSetting(io, SETTINGS.trustedProxies, flags.trustedProxies);
  const jwt = readJwt(io, flags);
  const sessionSecret = readSessionSecret(io);
  if (mode === undefined || mode.text === 'gateway') {
    if (jwt) throw new UsageError(`${jwt.name} has no effect with --auth gateway; set --auth token`);
    const trusted = proxies?.text.split(',').map((text) => text.trim());
    return { mode: 'gateway', trustedProxies: proxies?.text === 'any' ? 'any' : trusted };
  }
  if (mode.text !== 'token') {
    throw new UsageError(`${mode.name} ${withValue(mode.text, `must be ${MODES.join(' or ')}`)}`);
  }
  // A container image may set the variable for the other mode.
  if (proxies?.name.startsWith('--')) {
    throw new UsageError(
      `${proxies.name} has no effect with --auth token, because each request has a credential`,
    );
  }
  return { mode: 'token', jwt: jwt?.options, sessionSecret };
}

/** A container image may set it for the other mode. No message has its value. */
function readSessionSecret(io: Io): string | undefined {
  const secret = readSetting(io, SETTINGS.sessionSecret, undefined);
  const size = Buffer.byteLength(secret?.text ?? '');
  if (!secret || size >= MIN_SECRET) return secret?.text;
  throw new UsageError(
    `${secret.name} has ${size} bytes; it must have at least ${MIN_SECRET}, such as the output of "openssl rand -base64 32"`,
  );
}

function readJwt(
  io: Io,
  flags: AuthFlags,
): { readonly name: string; readonly options: JwtOptions } | undefined {
  const issuer = readSetting(io, SETTINGS.jwtIssuer, flags.jwtIssuer);
  const audience = readSetting(io, SETTINGS.jwtAudience, flags.jwtAudience);
  const jwks = readSetting(io, SETTINGS.jwtJwks, flags.jwtJwks);
  const userClaim = readSetting(io, SETTINGS.jwtUserClaim, flags.jwtUserClaim);
  const first = issuer ?? audience ?? jwks ?? userClaim;
  if (!first) return undefined;
  if (!issuer || !audience) throw new UsageError('a JWT needs --jwt-issuer and --jwt-audience; set both');
  const options = {
    issuer: issuer.text,
    audience: audience.text,
    jwks: jwks?.text,
    userClaim: userClaim?.text,
    idNamespace: readIdNamespace(io, {}),
  };
  return { name: first.name, options };
}

export function authOptions(settings: AuthSettings, keys: ApiKeys): AuthOptions {
  return settings.mode === 'gateway' ? settings : { ...settings, keys };
}
