/**
 * What node:tls tells of a connection in its own words: legacy certificate objects, OpenSSL's names of suites and
 * curves. Made only when asked for.
 */
import { X509Certificate } from 'node:crypto';
import type { EphemeralKeyInfo, PeerCertificate as LegacyCertificate } from 'node:tls';
import type { ConnectionInfo } from '../tls/index.ts';
import { builtin } from './builtin.ts';
import { opensslName } from './openssl-names.ts';
import { versionNameOf } from './protocols.ts';

/** A certificate as `getPeerCertificate(true)` gives it: each links to its issuer, the last to itself. */
export interface DetailedCertificate extends LegacyCertificate {
  issuerCertificate: DetailedCertificate;
}

/** What `getCipher` gives. */
export interface CipherInfo {
  readonly name: string;
  readonly standardName: string;
  readonly version: string;
}

const CURVES: Readonly<Record<string, { readonly name: string; readonly size: number }>> = {
  x25519: { name: 'X25519', size: 253 },
  secp256r1: { name: 'prime256v1', size: 256 },
  secp384r1: { name: 'secp384r1', size: 384 },
  secp521r1: { name: 'secp521r1', size: 521 },
};

/** A chain as node:tls's nested objects; empty for an empty chain. */
export function legacyCertificate(chain: readonly Uint8Array[], detailed: boolean): LegacyCertificate | object {
  const [leaf] = chain;
  if (leaf === undefined) return {};
  const object = toLegacy(leaf);
  if (!detailed) return object;
  let last = object as DetailedCertificate;
  for (const der of chain.slice(1)) {
    const issuer = toLegacy(der) as DetailedCertificate;
    last.issuerCertificate = issuer;
    last = issuer;
  }
  last.issuerCertificate = last;
  return object;
}

/** The leaf of a chain as node:crypto knows it. */
export function x509Certificate([leaf]: readonly Uint8Array[]): X509Certificate | undefined {
  return leaf === undefined ? undefined : new X509Certificate(leaf);
}

/** The suite in force, `undefined` before it is known. */
export function cipherInfo(info: ConnectionInfo): CipherInfo | undefined {
  const { cipherSuite: standardName, version = 'TLS 1.3' } = info;
  if (standardName === undefined) return undefined;
  return { name: opensslName(standardName), standardName, version: versionNameOf(version) };
}

/** The group in force by OpenSSL's name; an empty object before it is known. */
export function ephemeralKeyInfo(info: ConnectionInfo): EphemeralKeyInfo | object {
  if (info.group === undefined) return {};
  const curve = CURVES[info.group];
  return curve === undefined ? { type: 'KEM', name: info.group } : { type: 'ECDH', ...curve };
}

/**
 * A certificate as node:tls's legacy object. node:tls has to be there first: toLegacyObject loads a part of it in an
 * order that leaves `tls.createSecureContext` undefined for the whole thread.
 */
export function toLegacy(der: Uint8Array): LegacyCertificate {
  builtin('node:tls');
  return new X509Certificate(der).toLegacyObject();
}
