import { constants } from 'node:crypto';
import type { CryptoProvider } from '../crypto/index.ts';
import { nodeCrypto } from '../crypto/node/index.ts';
import { type ClientConfig, type Credential, type LegacyMeans, MAX_LIFETIME, type TicketKeys } from '../tls/index.ts';
import { type CertificateCompressionName, certificateCompression } from './certificate-compression.ts';
import { parseCiphers } from './ciphers.ts';
import {
  type KeyInput,
  list,
  type OneOrMany,
  type PemOrDer,
  parseCertificates,
  parseCredentials,
} from './credentials.ts';
import { argumentError } from './error.ts';
import { type NameList, parseGroups, parseSigalgs } from './names.ts';
import { allowedVersions, parseVersions } from './protocols.ts';
import { ticketKeysOf } from './ticket-keys.ts';
import { type ChainVerifier, defaultVerifier, verifierFor } from './trust/index.ts';
import { checkKinds } from './validate.ts';

/** Options of {@link createSecureContext}, by the names of node:tls. */
export interface SecureContextOptions {
  /** Trusted roots in place of the default ones. PEM files may hold several. */
  ca?: OneOrMany<PemOrDer> | undefined;
  /** Chains, leaf first. */
  cert?: OneOrMany<PemOrDer> | undefined;
  key?: OneOrMany<KeyInput> | undefined;
  /** For keys that are encrypted. */
  passphrase?: string | undefined;
  /** OpenSSL cipher list: `ECDHE+AESGCM:!aECDSA`, or IANA names. */
  ciphers?: string | undefined;
  /**
   * Clients: old means of TLS 1.2 to stoop to, each by its name, to reach or diagnose old devices. Without it old suites in
   * `ciphers` are passed over. Ours.
   */
  legacy?: readonly LegacyMeans[] | undefined;
  /** Groups in order of preference: `X25519:P-256`. */
  ecdhCurve?: NameList | undefined;
  /** The same as {@link ecdhCurve} by TLS 1.3's word for it. */
  groups?: NameList | undefined;
  sigalgs?: NameList | undefined;
  minVersion?: string | undefined;
  maxVersion?: string | undefined;
  /** OpenSSL's options, of which those that forbid versions or tickets count. */
  secureOptions?: number | undefined;
  /** `TLSv1_2_method` and the like, in place of the two. */
  secureProtocol?: string | undefined;
  /** Algorithms for certificates (RFC 8879), both ways, in order of preference. None unless given. */
  certificateCompression?: readonly CertificateCompressionName[] | undefined;
  /** Servers: 48 bytes, or several times 48, of keys that seal tickets; the first seals. Its own, and new ones twice a day, unless given. */
  ticketKeys?: Uint8Array | undefined;
  /** Servers: seconds that a session can be resumed, 300 unless given; at most 604,800 (RFC 8446 section 4.6.1). */
  sessionTimeout?: number | undefined;
  /** Servers: sessions made under another text are not resumed. */
  sessionIdContext?: string | undefined;
  /** Where the cryptography comes from; node:crypto unless given. */
  crypto?: CryptoProvider | undefined;
  /** Not implemented, and refused so that nobody relies on it. */
  pfx?: unknown;
  crl?: unknown;
  dhparam?: unknown;
  privateKeyEngine?: unknown;
  privateKeyIdentifier?: unknown;
  clientCertEngine?: unknown;
}

/** Seconds; node:tls's default. */
const SESSION_TIMEOUT = 300;

/** The part of the engine's configuration that comes from a context. */
type ContextConfig = Pick<
  ClientConfig,
  | 'crypto'
  | 'allocate'
  | 'versions'
  | 'cipherSuites'
  | 'legacy'
  | 'groups'
  | 'signatureSchemes'
  | 'certificateCompression'
>;

/** Parsed credentials, roots and parameters, to be shared by many connections. */
export class SecureContext {
  readonly config: ContextConfig;
  readonly credentials: readonly Credential[];
  /** DER certificates of `ca`, or `undefined` when the default roots are trusted. */
  readonly ca: readonly Uint8Array[] | undefined;
  /** Seconds that a server's sessions can be resumed, 0 for none. */
  readonly sessionTimeout: number;
  readonly sessionIdContext: string;
  /** Judges peers' chains by `ca`, else by the default roots. */
  readonly verifier: ChainVerifier;

  #tickets: TicketKeys | undefined;

  constructor(options: SecureContextOptions = {}) {
    refuse(options, ['pfx', 'crl', 'dhparam', 'privateKeyEngine', 'privateKeyIdentifier', 'clientCertEngine']);
    checkKinds(
      options,
      'string',
      'ciphers',
      'passphrase',
      'minVersion',
      'maxVersion',
      'secureProtocol',
      'sessionIdContext',
    );
    checkKinds(options, 'bytes', 'ticketKeys');
    checkKinds(options, 'number', 'sessionTimeout', 'secureOptions');
    const forbidden = options.secureOptions ?? 0;
    const versions = allowedVersions(
      parseVersions(options.minVersion, options.maxVersion, options.secureProtocol),
      forbidden,
    );
    const crypto = options.crypto ?? nodeCrypto;
    const groups = parseGroups(options.groups ?? options.ecdhCurve);
    const { legacy = [] } = options;
    const signatureSchemes = parseSigalgs(options.sigalgs);
    this.config = {
      crypto,
      allocate: Buffer.allocUnsafe,
      ...(versions === undefined ? {} : { versions }),
      ...(options.ciphers === undefined || options.ciphers === null
        ? {}
        : { cipherSuites: parseCiphers(options.ciphers, legacy.length > 0) }),
      ...(legacy.length === 0 ? {} : { legacy }),
      ...(groups === undefined ? {} : { groups }),
      ...(signatureSchemes === undefined ? {} : { signatureSchemes }),
      ...(options.certificateCompression === undefined
        ? {}
        : { certificateCompression: certificateCompression(options.certificateCompression) }),
    };
    this.credentials = parseCredentials(crypto, options.cert, options.key, options.passphrase);
    if (options.ticketKeys) this.#tickets = ticketKeysOf(crypto, options.ticketKeys);
    const hasTickets = (forbidden & constants.SSL_OP_NO_TICKET) === 0;
    this.sessionTimeout = hasTickets ? (options.sessionTimeout ?? SESSION_TIMEOUT) : 0;
    if (!Number.isInteger(this.sessionTimeout) || this.sessionTimeout < 0 || this.sessionTimeout > MAX_LIFETIME) {
      throw argumentError('ERR_OUT_OF_RANGE', `sessionTimeout: not a whole number of seconds up to ${MAX_LIFETIME}`);
    }
    this.sessionIdContext = options.sessionIdContext ?? '';
    const ca = list(options.ca);
    this.ca = ca.length === 0 ? undefined : ca.flatMap((input) => parseCertificates(input, 'ca'));
    this.verifier = this.ca === undefined ? defaultVerifier : verifierFor(this.ca);
  }

  /** Seal and open the tickets of servers with this context. */
  get tickets(): TicketKeys {
    this.#tickets ??= ticketKeysOf(this.config.crypto, undefined);
    return this.#tickets;
  }
}

/**
 * Refuses options of node:tls that are not implemented: passing them over could weaken what the caller relies on.
 * @throws code ERR_METHOD_NOT_IMPLEMENTED
 */
export function refuse<Name extends string>(options: { readonly [N in Name]?: unknown }, names: readonly Name[]): void {
  for (const name of names) {
    if (options[name] === undefined || options[name] === null) continue;
    throw argumentError('ERR_METHOD_NOT_IMPLEMENTED', `the option ${name} is not implemented`);
  }
}

/**
 * Parses credentials, roots and parameters once. Pass the result as `secureContext` wherever many connections share
 * them.
 */
export function createSecureContext(options: SecureContextOptions = {}): SecureContext {
  return new SecureContext(options);
}
