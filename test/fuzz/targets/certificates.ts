/**
 * Any bytes give a certificate or an X509Error; the quick look at the leaf's key agrees with the parser on everything
 * that the parser takes; names compare without throwing.
 */
import { rootCertificates } from 'node:tls';
import { equal } from '../../../src/bytes/index.ts';
import {
  certificatesFromPem,
  leafKey,
  matchIdentity,
  parseCertificate,
  printable,
  referenceIdentity,
  X509Error,
} from '../../../src/x509/index.ts';
import { fuzzCredentials } from '../credentials.ts';
import { derVectors } from '../der-structure.ts';
import { mutateBytes, mutateVector } from '../mutate.ts';
import { attempt, must, type Target } from '../target.ts';

const NAME = referenceIdentity('server.test');
const ADDRESS = referenceIdentity('192.0.2.1');

/** Certificates of our own and of the world. */
export function certificateSeeds(): Uint8Array[] {
  const { server, client } = fuzzCredentials();
  return [...server.chain, ...client.chain, ...certificatesFromPem(rootCertificates.slice(0, 25).join('\n'))];
}

/** The certificate parser. */
export const certificates: Target = {
  name: 'certificates',
  runs: 40_000,
  seeds: certificateSeeds,
  mutations: [mutateBytes, (random, input) => mutateVector(random, input, derVectors(input))],
  check(input) {
    const parsed = attempt([X509Error], () => parseCertificate(input));
    const leaf = attempt([X509Error], () => leafKey(input));
    if (parsed.error !== undefined) {
      const { start, end } = parsed.error.span;
      must(start <= end && end <= input.length, `the error is at ${start}..${end}`);
      return parsed.error.message;
    }
    const certificate = parsed.value;
    must(leaf.value !== undefined, `no leaf key: ${leaf.error?.message}`);
    must(equal(leaf.value.spki, certificate.spki), 'another leaf key');
    const signs = certificate.keyUsage?.includes('digitalSignature') ?? true;
    must(
      leaf.value.keyEncipherment === (certificate.keyUsage?.includes('keyEncipherment') ?? true),
      'keys are encrypted, or not',
    );
    must(leaf.value.digitalSignature === signs, 'the leaf key may sign, or may not');
    for (const name of [NAME, ADDRESS]) matchIdentity(certificate, name);
    for (const { text } of [certificate.subject, certificate.issuer]) printable(text);
    return 'ok';
  },
};
