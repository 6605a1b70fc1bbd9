/**
 * openssl as a peer: what TLS 1.3 parameters its versions have, and the arguments that make it use them.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GroupName, KeyType, SchemeName } from '../../src/crypto/index.ts';
import type { Tls13SuiteName } from '../../src/tls/registry/cipher-suites.ts';
import {
  type PeerName,
  type PeerServer,
  type RunResult,
  requirePeer,
  runOpenssl,
  startOpensslServer,
  startServer,
  tempDir,
} from '../support/peers.ts';
import { type TestCa, type TestCertificate, type TestIssuance, testCa } from '../support/pki.ts';

/** An openssl to test with. */
export interface Openssl {
  readonly name: PeerName;
  /** Undefined where it is missing: tests skip. */
  readonly program: string | undefined;
  readonly groups: readonly GroupCase[];
}

/** A group by our name and by OpenSSL's, which ours takes too. */
export interface GroupCase {
  readonly group: GroupName;
  readonly openssl: string;
  /** How s_client prints it. */
  readonly prints: string;
}

/** Every suite of TLS 1.3 that is offered by default. */
export const SUITES: readonly Tls13SuiteName[] = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
];

/** Every group without post-quantum key exchange. */
export const CLASSICAL: readonly GroupCase[] = [
  { group: 'x25519', openssl: 'X25519', prints: 'X25519, 253 bits' },
  { group: 'secp256r1', openssl: 'P-256', prints: 'ECDH, prime256v1, 256 bits' },
  { group: 'secp384r1', openssl: 'P-384', prints: 'ECDH, secp384r1, 384 bits' },
  { group: 'secp521r1', openssl: 'P-521', prints: 'ECDH, secp521r1, 521 bits' },
];
/** With old peers in mind: over finite fields. */
const FINITE: readonly GroupCase[] = [
  { group: 'ffdhe2048', openssl: 'ffdhe2048', prints: 'DH, 2048 bits' },
  { group: 'ffdhe3072', openssl: 'ffdhe3072', prints: 'DH, 3072 bits' },
];
const HYBRIDS = (['X25519MLKEM768', 'SecP256r1MLKEM768', 'SecP384r1MLKEM1024'] as const).map(
  (name): GroupCase => ({ group: name, openssl: name, prints: name }),
);

/** The machine's, and one with post-quantum key exchange. */
export const OPENSSLS: readonly Openssl[] = [
  { name: 'openssl', program: requirePeer('openssl'), groups: [...CLASSICAL, ...FINITE] },
  { name: 'openssl35', program: requirePeer('openssl35'), groups: [...CLASSICAL, ...FINITE, ...HYBRIDS] },
];

/** Every signature scheme of TLS 1.3 with the key that makes it. */
export const SCHEMES: readonly { readonly scheme: SchemeName; readonly keyType: KeyType }[] = [
  { scheme: 'ecdsa_secp256r1_sha256', keyType: 'secp256r1' },
  { scheme: 'ecdsa_secp384r1_sha384', keyType: 'secp384r1' },
  { scheme: 'ecdsa_secp521r1_sha512', keyType: 'secp521r1' },
  { scheme: 'rsa_pss_rsae_sha256', keyType: 'rsa' },
  { scheme: 'rsa_pss_rsae_sha384', keyType: 'rsa' },
  { scheme: 'rsa_pss_rsae_sha512', keyType: 'rsa' },
  { scheme: 'rsa_pss_pss_sha256', keyType: 'rsa-pss' },
  { scheme: 'rsa_pss_pss_sha384', keyType: 'rsa-pss' },
  { scheme: 'rsa_pss_pss_sha512', keyType: 'rsa-pss' },
  { scheme: 'ed25519', keyType: 'ed25519' },
  { scheme: 'ed448', keyType: 'ed448' },
];

/** A certificate in files, for programs that read nothing else. */
export interface CertificateFiles extends TestCertificate {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A throw-away root whose certificates stand in files too. */
export interface FileCa {
  readonly ca: TestCa;
  readonly caFile: string;
  readonly caKeyFile: string;
  issue(what?: TestIssuance): CertificateFiles;
  /** A certificate of each key type is made once: RSA keys take a while. */
  ofType(keyType: KeyType): CertificateFiles;
  /** A certificate for a client. */
  client(keyType?: KeyType): CertificateFiles;
}

/** A new root below a temporary folder. */
export function fileCa(): FileCa {
  const dir = tempDir();
  const ca = testCa();
  const made = new Map<string, CertificateFiles>();
  let count = 0;
  const save = (text: string) => {
    const path = join(dir, `${count++}.pem`);
    writeFileSync(path, text);
    return path;
  };
  const issue = (what?: TestIssuance) => {
    const certificate = ca.issue(what);
    return { ...certificate, certFile: save(certificate.cert), keyFile: save(certificate.key) };
  };
  const once = (key: string, what: TestIssuance) => {
    const certificate = made.get(key) ?? issue(what);
    made.set(key, certificate);
    return certificate;
  };
  return {
    ca,
    caFile: save(ca.cert),
    caKeyFile: save(ca.key),
    issue,
    ofType: (keyType) => once(keyType, { keyType }),
    client: (keyType = 'secp256r1') =>
      once(`client ${keyType}`, { keyType, commonName: 'a client', names: [], purposes: ['clientAuth'] }),
  };
}

/** `-cert FILE -key FILE`. */
export function presenting({ certFile, keyFile }: CertificateFiles): readonly string[] {
  return ['-cert', certFile, '-key', keyFile];
}

/** A server that answers every line by its reverse, and says on stderr what was agreed on. */
export function reversingServer({ program }: Openssl, args: readonly string[]): Promise<PeerServer> {
  return startOpensslServer(['-rev', ...args], program);
}

/**
 * A client that verifies `localhost`, sends a line, prints the answer and, in a few words, what was agreed on.
 * @param args more of them.
 */
export function askingClient(
  { program }: Openssl,
  port: number,
  caFile: string,
  args: readonly string[] = [],
  stdin = 'hello\n',
): Promise<RunResult> {
  const verifying = ['-CAfile', caFile, '-verify_return_error', '-verify_hostname', 'localhost'];
  const all = ['s_client', '-connect', `127.0.0.1:${port}`, '-brief', '-ign_eof', ...verifying, ...args];
  return runOpenssl(all, stdin, program);
}

/** A client that is told what to send and which commands to run. `K` and a line end asks for a KeyUpdate. */
export function interactiveClient(
  { program = 'openssl' }: Openssl,
  port: number,
  args: readonly string[] = [],
): Promise<PeerServer> {
  const all = ['s_client', '-connect', `127.0.0.1:${port}`, ...args];
  return startServer(program, all, { ready: /Verify return code: .*\n/, port });
}

/** A fresh OCSP response of the root's own for a certificate, in a file. */
export async function ocspResponse({ caFile, caKeyFile }: FileCa, { certFile }: CertificateFiles): Promise<string> {
  const dir = tempDir();
  const [index, response] = [join(dir, 'index.txt'), join(dir, 'response.der')];
  const { stdout } = await runOpenssl(['x509', '-in', certFile, '-noout', '-serial']);
  const serial = stdout.trim().replace('serial=', '');
  writeFileSync(index, `V\t491231235959Z\t\t${serial}\tunknown\t/CN=localhost\n`);
  const signing = ['-index', index, '-CA', caFile, '-rsigner', caFile, '-rkey', caKeyFile, '-ndays', '1'];
  await runOpenssl(['ocsp', ...signing, '-issuer', caFile, '-cert', certFile, '-respout', response, '-noverify']);
  return response;
}

/** A key exchange to try. */
export interface Exchange extends GroupCase {
  readonly suite: Tls13SuiteName;
  /** Whether the server has to ask for the share. */
  readonly isRetried: boolean;
}

/** Every group with every suite, directly and by HelloRetryRequest. */
export function exchangesOf(groups: readonly GroupCase[]): Exchange[] {
  return groups.flatMap((group) =>
    SUITES.flatMap((suite) => [false, true].map((isRetried) => ({ ...group, suite, isRetried }))),
  );
}

/** The client's groups by OpenSSL's names: where the server is to ask, another one is first. */
export function clientGroups({ openssl, isRetried }: Exchange): string[] {
  if (!isRetried) return [openssl];
  return [openssl === 'X25519' ? 'P-256' : 'X25519', openssl];
}
