import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { TestDirectory } from './directory.js';

const ISSUER = 'https://issuer.example';
const AUDIENCE = 'stats-service';

export interface TokenOptions {
  readonly claims?: JWTPayload;
  /** Seconds from now. Default: 600. */
  readonly expiresIn?: number;
  /** Signs with another key under the same id. */
  readonly key?: CryptoKey;
}

/** An issuer of JWTs whose keys are in a file. */
export class Issuer implements AsyncDisposable {
  readonly #directory: TestDirectory;
  readonly #key: CryptoKey;
  /** The options of a server that accepts its tokens. */
  readonly options: { readonly issuer: string; readonly audience: string; readonly jwks: string };
  /** The public key, in the format that an HS256 forger would use. */
  readonly publicKey: string;

  private constructor(directory: TestDirectory, key: CryptoKey, jwks: string, publicKey: string) {
    this.#directory = directory;
    this.#key = key;
    this.publicKey = publicKey;
    this.options = { issuer: ISSUER, audience: AUDIENCE, jwks };
  }

  static async create(): Promise<Issuer> {
    const directory = await TestDirectory.create();
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
    const jwks = await directory.write('jwks.json', JSON.stringify({ keys: [jwk] }));
    return new Issuer(directory, privateKey, jwks, JSON.stringify(jwk));
  }

  sign(
    subject: string,
    { claims = {}, expiresIn = 600, key = this.#key }: TokenOptions = {},
  ): Promise<string> {
    return new SignJWT({ iss: ISSUER, aud: AUDIENCE, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setSubject(subject)
      .setExpirationTime(Math.floor(Date.now() / 1_000) + expiresIn)
      .sign(key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#directory[Symbol.asyncDispose]();
  }
}
