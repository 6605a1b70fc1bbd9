/** The shim's certificates: files of the runner made into the engine's credentials. */
import { readFileSync } from 'node:fs';
import { decodePem } from '../../../src/asn1/index.ts';
import { CryptoError, type PrivateKey, type SchemeName } from '../../../src/crypto/index.ts';
import type { Credential } from '../../../src/tls/index.ts';
import { SCHEMES, schemeInfo, schemeName } from '../../../src/tls/registry/signature-schemes.ts';
import { certificatesFromPem, parseCertificate } from '../../../src/x509/index.ts';
import { Unimplemented } from './flags.ts';
import type { CredentialOptions, Options } from './options.ts';
import { shimCrypto } from './provider.ts';
import { isPsk } from './sessions.ts';

/** A credential as the engine takes it, and what the shim must know of it. */
export interface ShimCredential {
  readonly credential: Credential;
  /** Signs for a remote key. */
  readonly key: PrivateKey;
  /** The place among `-new-x509-credential`; -1 for the credential that stands before them. */
  readonly number: number;
  readonly mustMatchIssuer: boolean;
  /** DER names of the issuers in the chain. */
  readonly issuers: readonly Uint8Array[];
}

/**
 * Loads the credentials in the order in which they are to be tried: the default one is the last.
 * Keys are remote where answers come late.
 * @param signed is told which of them signs.
 * @throws Unimplemented for a key that the provider does not have.
 */
export function loadCredentials(options: Options, signed: (number: number) => void): ShimCredential[] {
  // What is for another name is used all the same, and that name is not acknowledged.
  const names = options.noServerNameAck ? { names: ['not.the.name'] } : {};
  const remote = options.async;
  const loaded = options.credentials.flatMap((credential, number) =>
    isPsk(credential) ? [] : [load(credential, number, { remote, names, signed })],
  );
  if (options.defaultCredential.certFile !== '')
    loaded.push(load(options.defaultCredential, -1, { remote, names, signed }));
  return loaded;
}

/** The certificates of a PEM file. */
export function loadChain(file: string): Uint8Array[] {
  return certificatesFromPem(readFileSync(file, 'latin1'));
}

/** What is the same for all credentials of a connection. */
interface Common {
  readonly remote: boolean;
  readonly names: Pick<Credential, 'names'>;
  readonly signed: (number: number) => void;
}

function load(options: CredentialOptions, number: number, { remote, names, signed }: Common): ShimCredential {
  const chain = loadChain(options.certFile);
  const imported = importKey(options.keyFile);
  const schemes = options.signingPrefs.length === 0 ? imported.schemes : signingSchemes(options.signingPrefs, imported);
  const { type, spki } = imported;
  const sign: PrivateKey['sign'] = (scheme, data) => {
    signed(number);
    return imported.sign(scheme, data);
  };
  const key: PrivateKey = { type, spki, schemes, sign };
  const scts = splitScts(options.signedCertTimestamps);
  const credential: Credential = {
    chain,
    ...names,
    key: remote ? { remote: true, schemes } : key,
    ...(options.ocspResponse.length > 0 && { ocspResponse: options.ocspResponse }),
    ...(scts.length > 0 && { scts }),
  };
  const { mustMatchIssuer } = options;
  const issuers = mustMatchIssuer ? chain.map((der) => parseCertificate(der).issuer.der) : [];
  return { credential, key: imported, number, mustMatchIssuer, issuers };
}

function importKey(file: string): PrivateKey {
  const [block] = decodePem(readFileSync(file, 'latin1'));
  if (block === undefined) throw new Error(`${file} holds no key`);
  try {
    return shimCrypto.importPrivateKey(block.bytes);
  } catch (error) {
    if (error instanceof CryptoError) throw new Unimplemented(`-key-file: ${error.message}`);
    throw error;
  }
}

/**
 * The schemes of the runner's list that fit the key: a list may be meant for several keys, and has schemes in it that
 * are none. @throws Unimplemented for a scheme that is one, and that no provider has.
 */
function signingSchemes(codes: readonly number[], key: PrivateKey): SchemeName[] {
  const missing = codes.find((code) => schemeInfo(code) === undefined && schemeName(code) !== undefined);
  if (missing !== undefined) throw new Unimplemented(`-signing-prefs ${missing}`);
  return codes
    .map((code) => schemeInfo(code)?.name)
    .filter((name) => name !== undefined)
    .filter((name) => SCHEMES[name].keyTypes.includes(key.type));
}

/** A SignedCertificateTimestampList (RFC 6962 section 3.3) cut into its elements. */
function splitScts(list: Uint8Array): Uint8Array[] {
  if (list.length === 0) return [];
  const view = new DataView(list.buffer, list.byteOffset, list.length);
  const scts: Uint8Array[] = [];
  let at = 2;
  while (at + 2 <= list.length) {
    const end = at + 2 + view.getUint16(at);
    scts.push(list.subarray(at + 2, end));
    at = end;
  }
  if (list.length < 2 || view.getUint16(0) !== list.length - 2 || at !== list.length || scts.length === 0) {
    throw new Unimplemented('-signed-cert-timestamps with a malformed list: a credential takes SCTs, not their list');
  }
  return scts;
}
