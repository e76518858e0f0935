import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, Server, type Socket } from 'node:net';
import { SCOPES, type Scope } from '../../core/model/api-key.js';
import { readUser } from '../request.js';
import { AccessError, type Authenticator, type Caller } from './caller.js';

/** Everything, because the gateway decides what a learner may do. */
const ALL: ReadonlySet<Scope> = new Set(SCOPES);
/** Without leading zeros, which could be meant as octal. */
const PREFIX = /^(0|[1-9]\d{0,2})$/;
const LOOPBACK = blockListOf(['127.0.0.0/8', '::1']);
/** The loopback names of a `Host` header. */
export const LOOPBACK_HOST = /^(?:(?:[\w-]+\.)*localhost\.?|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/**
 * Trusts the `X-User-Id` of a service in front, which has authenticated the learner.
 *
 * Any program that reaches the port could claim to be any learner, so only trusted addresses are served. By default, these are the
 * programs of this machine; because a page in a browser is one of them, the `Host` must then be a loopback name. A
 * name that an attacker controls and that resolves to 127.0.0.1 (DNS rebinding) is not.
 */
export class GatewayAuthenticator implements Authenticator {
  readonly #trusted: BlockList | 'any' | undefined;
  /** The addresses of a connection do not change. */
  readonly #checked = new WeakMap<Socket, boolean>();

  /**
   * @param trustedProxies addresses and CIDR ranges, or `any`
   * @throws {RangeError} for an invalid address
   */
  constructor(trustedProxies?: readonly string[] | 'any') {
    this.#trusted = trustedProxies === 'any' ? 'any' : trustedProxies && blockListOf(trustedProxies);
  }

  authenticate(request: IncomingMessage): Caller {
    if (!this.#isTrusted(request.socket)) {
      throw new AccessError(
        'untrusted-address',
        'This address may not send requests. Add it to --trusted-proxies if a gateway that authenticates learners has it.',
      );
    }
    const { host } = request.headers;
    if (this.#trusted === undefined && host !== undefined && !LOOPBACK_HOST.test(host)) {
      throw new AccessError(
        'untrusted-host',
        'The Host header must be a loopback name, such as localhost. Have the proxy send one, or set --trusted-proxies to its address.',
      );
    }
    const userId = readUser(request);
    return { credential: 'gateway', userId, scopes: ALL, courses: undefined, subject: undefined };
  }

  #isTrusted(socket: Socket): boolean {
    let isTrusted = this.#checked.get(socket);
    if (isTrusted === undefined) {
      isTrusted =
        this.#trusted === 'any' ||
        contains(this.#trusted ?? LOOPBACK, socket.remoteAddress) ||
        isUnixSocket(socket);
      this.#checked.set(socket, isTrusted);
    }
    return isTrusted;
  }
}

function contains(list: BlockList, address: string | undefined): boolean {
  if (address === undefined) return false;
  // An IPv4 range also contains the IPv4-mapped addresses that a server on both families sees.
  const [plain = ''] = address.split('%');
  return list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}

/**
 * True if the server listens on a Unix socket, whose file protects it. The missing address of a client does not prove that: a
 * TCP connection that its client has reset has none either, although its requests still arrive.
 */
function isUnixSocket(socket: Socket): boolean {
  const server = 'server' in socket ? socket.server : undefined;
  return server instanceof Server && typeof server.address() === 'string';
}

/** @throws {RangeError} for an invalid address or range */
export function blockListOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix, ...rest] = range.split('/');
    const version = isIP(address);
    const bits = version === 4 ? 32 : 128;
    const length = prefix === undefined ? bits : PREFIX.test(prefix) ? Number(prefix) : Number.NaN;
    if (version === 0 || address.includes('%') || rest.length > 0 || !(length <= bits)) {
      throw new RangeError(`"${range}" is not an address or a CIDR range, such as 10.0.0.0/8 or fd00::/8.`);
    }
    list.addSubnet(address, length, version === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
