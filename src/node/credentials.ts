/**
 * Certificates and keys as node:tls takes them (PEM or DER, single or in arrays), made into the engine's credentials.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { decodePem } from '../asn1/index.ts';
import type { CryptoProvider } from '../crypto/index.ts';
import type { Credential } from '../tls/index.ts';
import { argumentError } from './error.ts';

/** PEM text, PEM bytes or DER bytes. */
export type PemOrDer = string | Uint8Array;

/** A private key, as `key` of node:tls takes it. */
export type KeyInput = PemOrDer | { readonly pem: PemOrDer; readonly passphrase?: string | undefined };

/** One or several. */
export type OneOrMany<T> = T | readonly T[];

/**
 * The credentials of `cert` and `key`: every chain with the key that belongs to its leaf, wherever that stands in the
 * list. With several, each is for the DNS names of its leaf.
 * @throws code ERR_OSSL_X509_KEY_VALUES_MISMATCH when a chain has no key or a key no chain.
 */
export function parseCredentials(
  crypto: CryptoProvider,
  cert: OneOrMany<PemOrDer> | undefined,
  key: OneOrMany<KeyInput> | undefined,
  passphrase: string | undefined,
): readonly Credential[] {
  const chains = list(cert).map((input) => parseCertificates(input, 'cert'));
  const keys = list(key).map((input) => privateKey(input, passphrase));
  const unused = new Set(keys);
  const credentials = chains.map((chain) => {
    const [leaf] = chain;
    if (leaf === undefined) throw argumentError('ERR_INVALID_ARG_VALUE', 'cert: no certificate in it');
    const certificate = new X509Certificate(leaf);
    const match = keys.find((candidate) => certificate.checkPrivateKey(candidate));
    if (match === undefined) throw mismatch(`cert: no key for ${certificate.subject || 'the certificate'}`);
    unused.delete(match);
    const names = chains.length > 1 ? dnsNames(certificate) : undefined;
    const imported = crypto.importPrivateKey(match.export({ type: 'pkcs8', format: 'der' }));
    return { chain, key: imported, ...(names === undefined ? {} : { names }) };
  });
  if (unused.size > 0) throw mismatch('key: no certificate for it');
  return credentials;
}

/** The certificates of a PEM file in order, or the one that DER bytes are. */
export function parseCertificates(input: PemOrDer, option: string): Uint8Array[] {
  if (!isPem(input)) return [input];
  const blocks = readPem(input, option).filter(({ label }) => label === 'CERTIFICATE' || label === 'X509 CERTIFICATE');
  return blocks.map(({ bytes }) => bytes);
}

/** `undefined` is none. */
export function list<T>(value: OneOrMany<T> | undefined): readonly T[] {
  // node:tls takes what is falsy for nothing.
  if (!value) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

function privateKey(input: KeyInput, passphrase: string | undefined): KeyObject {
  const own = typeof input === 'object' && 'pem' in input ? input : undefined;
  const data = own?.pem ?? (input as PemOrDer);
  const secret = own?.passphrase ?? passphrase;
  const withPassphrase = secret === undefined ? {} : { passphrase: secret };
  const key = typeof data === 'string' ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (isPem(data)) return createPrivateKey({ key, format: 'pem', ...withPassphrase });
  for (const type of ['pkcs8', 'sec1', 'pkcs1'] as const) {
    try {
      return createPrivateKey({ key, format: 'der', type, ...withPassphrase });
    } catch (error) {
      if (type === 'pkcs1') throw argumentError('ERR_INVALID_ARG_VALUE', 'key: not a DER private key', error);
    }
  }
  throw argumentError('ERR_INVALID_ARG_VALUE', 'key: not a private key');
}

function isPem(input: PemOrDer): input is PemOrDer {
  // DER certificates and keys begin with a SEQUENCE.
  return typeof input === 'string' || input[0] !== 0x30;
}

function readPem(input: PemOrDer, option: string) {
  const text = typeof input === 'string' ? input : Buffer.from(input).toString('latin1');
  try {
    return decodePem(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'not PEM';
    throw argumentError('ERR_OSSL_PEM_BAD_BASE64_DECODE', `${option}: ${reason}`, error);
  }
}

function dnsNames(certificate: X509Certificate): readonly string[] | undefined {
  const names = [...(certificate.subjectAltName ?? '').matchAll(/(?:^|, )DNS:([^,"]+)/g)].map(([, name = '']) => name);
  return names.length === 0 ? undefined : names.map((name) => name.toLowerCase());
}

function mismatch(message: string): Error {
  return argumentError('ERR_OSSL_X509_KEY_VALUES_MISMATCH', message);
}
