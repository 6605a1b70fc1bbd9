import { readFileSync } from 'node:fs';
import { decodePem } from '../../asn1/index.ts';
import { RootStore } from '../../x509/index.ts';
import { builtin } from '../builtin.ts';

/** Where Linux distributions, the BSDs and macOS keep the system's roots as one PEM file. */
const SYSTEM_FILES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
  '/usr/local/share/certs/ca-root-nss.crt',
];

/** `getCACertificates` of node:tls since 22.15. */
type ListCertificates = (type: 'default' | 'system') => readonly string[];

let defaults: RootStore | undefined;
let system: RootStore | undefined;

/**
 * The roots that node:tls trusts when no `ca` is given: those that Node brings along and those of
 * NODE_EXTRA_CA_CERTS. Loaded at the first call, some milliseconds, and kept.
 */
export function defaultRoots(): RootStore {
  defaults ??= new RootStore(fromNode('default') ?? [...bundled(), ...extra()]);
  return defaults;
}

/**
 * The roots of the operating system: SSL_CERT_FILE, else what Node can list, else the usual files. Empty when there
 * are none to be found. Loaded at the first call and kept.
 */
export function systemRoots(): RootStore {
  system ??= new RootStore(fromSystem());
  return system;
}

function fromSystem(): readonly Uint8Array[] {
  const named = process.env.SSL_CERT_FILE;
  if (named !== undefined && named !== '') return fromFile(named) ?? [];
  const listed = fromNode('system');
  if (listed !== undefined && listed.length > 0) return listed;
  for (const file of SYSTEM_FILES) {
    const roots = fromFile(file);
    if (roots !== undefined) return roots;
  }
  return [];
}

function fromNode(type: 'default' | 'system'): readonly Uint8Array[] | undefined {
  const { getCACertificates } = builtin('node:tls') as { getCACertificates?: ListCertificates };
  return getCACertificates?.(type).map(derOf);
}

function bundled(): readonly Uint8Array[] {
  return builtin('node:tls').rootCertificates.map(derOf);
}

function extra(): readonly Uint8Array[] {
  const file = process.env.NODE_EXTRA_CA_CERTS;
  return file === undefined || file === '' ? [] : (fromFile(file) ?? []);
}

/** The certificates of a PEM file, or `undefined` if there is no such file. */
function fromFile(file: string): readonly Uint8Array[] | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
  return decodePem(text)
    .filter(({ label }) => label.endsWith('CERTIFICATE'))
    .map(({ bytes }) => bytes);
}

/** One PEM certificate of Node's own list: trusted input, so the fast decoder will do. */
function derOf(pem: string): Uint8Array {
  return Buffer.from(pem.replace(/-----[A-Z ]+-----/g, ''), 'base64');
}
