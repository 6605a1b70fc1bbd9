/** Chains as people look at them: what a server sends, what is missing, where each path ends. Pure. */
import { toHex } from '../bytes/index.ts';
import type { CryptoProvider } from '../crypto/index.ts';
import { type CertificateFields, certificateFields, parseCertificate, printable, X509Error } from '../x509/index.ts';
import { fetchesOf, repairedChain } from './aia.ts';
import type { AddressFacts, Facts } from './facts.ts';
import { certificatesReceived } from './messages.ts';
import type { PathCertificate } from './observations.ts';

/** A certificate and what it is in its chain. */
export interface ChainCertificate {
  readonly der: Uint8Array;
  /** Hexadecimal. */
  readonly sha256: string;
  /** Its place in the path, 0 for the leaf; absent for one that was sent and is not needed. */
  readonly depth?: number;
  /** Its place among those sent. */
  readonly sent?: number;
  /** Where it was fetched from. */
  readonly url?: string;
  /** Whether it is among the trusted roots: the path ends here. */
  readonly trusted: boolean;
  /** What it says; absent for one that does not parse. */
  readonly fields?: CertificateFields;
}

/** What one or more addresses serve. */
export interface ServedChain {
  readonly endpoints: readonly string[];
  /** The path from the leaf upwards, then what was sent and is not on it. */
  readonly certificates: readonly ChainCertificate[];
  /** As sent, DER. */
  readonly sent: readonly Uint8Array[];
  /** What should be sent: leaf first, without the root. Absent where no trusted root was reached. */
  readonly full?: readonly Uint8Array[];
}

/** The chains that the addresses serve, each different one once, in the order of the addresses. */
export function servedChains(facts: Facts, crypto: CryptoProvider): ServedChain[] {
  const chains = new Map<string, ServedChain>();
  for (const address of facts.addresses) {
    const chain = chainOf(facts, address, crypto);
    if (chain === undefined) continue;
    const key = chain.sent.map((der) => toHex(der)).join();
    const same = chains.get(key);
    chains.set(key, same === undefined ? chain : { ...same, endpoints: [...same.endpoints, ...chain.endpoints] });
  }
  return [...chains.values()];
}

function chainOf(facts: Facts, address: AddressFacts, crypto: CryptoProvider): ServedChain | undefined {
  const sent = certificatesReceived(address.recorded);
  const judged = repairedChain(facts, address) ?? address.chain;
  if (judged === undefined || sent.length === 0) return undefined;
  const path = judged.path.flatMap((one, depth): ChainCertificate[] => {
    const found = locate(facts, sent, one);
    if (found === undefined) return [];
    const trusted = judged.anchored && depth === judged.path.length - 1;
    return [{ ...described(found.der, crypto), ...found, depth, trusted }];
  });
  const others = sent.flatMap((der, index): ChainCertificate[] =>
    path.some((one) => one.sent === index) ? [] : [{ ...described(der, crypto), sent: index, trusted: false }],
  );
  return {
    endpoints: [address.endpoint],
    certificates: [...path, ...others],
    sent,
    ...(judged.anchored ? { full: withoutRoot(path) } : {}),
  };
}

type Found = Pick<ChainCertificate, 'der' | 'sent' | 'url'>;

function locate(
  facts: Facts,
  sent: readonly Uint8Array[],
  { sent: place, fetched, anchor }: PathCertificate,
): Found | undefined {
  if (place !== undefined) {
    const der = sent[place];
    return der === undefined ? undefined : { der, sent: place };
  }
  if (fetched === undefined) return anchor === undefined ? undefined : { der: anchor };
  const fetch = fetchesOf(facts).find(({ connection }) => connection === fetched.connection);
  const der = fetch?.certificates[fetched.index];
  return der === undefined ? undefined : { der, url: printable(fetch?.url ?? '') };
}

/** Who trusts the root has it (RFC 8446 section 4.4.2); an intermediate that is trusted here is sent for the others. */
function withoutRoot(path: readonly ChainCertificate[]): Uint8Array[] {
  const last = path.at(-1);
  const isRoot = path.length > 1 && last?.trusted === true && last.fields?.selfIssued === true;
  return (isRoot ? path.slice(0, -1) : path).map(({ der }) => der);
}

function described(der: Uint8Array, crypto: CryptoProvider): Pick<ChainCertificate, 'der' | 'sha256' | 'fields'> {
  const hash = crypto.hash('sha256');
  hash.update(der);
  const sha256 = toHex(hash.digest());
  try {
    return { der, sha256, fields: certificateFields(parseCertificate(der), crypto) };
  } catch (error) {
    if (error instanceof X509Error) return { der, sha256 };
    throw error;
  }
}
