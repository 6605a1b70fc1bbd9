/**
 * Any bytes that a caIssuers URL may give are certificates that parse, at most sixteen, each of them in the bytes where
 * those are DER; or an X509Error. A certificate alone is itself.
 */
import { der, encodePem, OID } from '../../../src/asn1/index.ts';
import { concat, equal, fromAscii } from '../../../src/bytes/index.ts';
import { parseCertificate, publishedCertificates, X509Error } from '../../../src/x509/index.ts';
import { fuzzCredentials } from '../credentials.ts';
import { derVectors } from '../der-structure.ts';
import { mutateBytes, mutateVector } from '../mutate.ts';
import { attempt, must, type Target } from '../target.ts';

/** A certs-only CMS message. */
function bundle(certificates: readonly Uint8Array[]): Uint8Array {
  const contents = concat([...certificates]);
  const parts = [der.integer(1), der.set(), der.sequence(der.oid(OID.signedData))];
  return der.sequence(
    der.oid(OID.signedData),
    der.explicit(0, der.sequence(...parts, der.implicit(0, der.sequence(contents)), der.set())),
  );
}

function seeds(): Uint8Array[] {
  const { server, client } = fuzzCredentials();
  const all = [...server.chain, ...client.chain];
  const texts = [
    all.map((one) => encodePem('CERTIFICATE', one)).join('x\n'),
    encodePem('PKCS7', bundle(all)),
    encodePem('CMS', bundle([])),
  ];
  return [...server.chain, bundle(all), bundle(new Array(20).fill(all[0])), bundle([]), ...texts.map(fromAscii)];
}

function isInside(part: Uint8Array, whole: Uint8Array): boolean {
  for (let at = 0; at + part.length <= whole.length; at++) {
    if (equal(whole.subarray(at, at + part.length), part)) return true;
  }
  return false;
}

/** What is published of issuers. */
export const published: Target = {
  name: 'published',
  runs: 20_000,
  seeds,
  mutations: [mutateBytes, (random, input) => mutateVector(random, input, derVectors(input))],
  check(input) {
    const { error, value } = attempt([X509Error], () => publishedCertificates(input));
    const alone = attempt([X509Error], () => parseCertificate(input));
    if (alone.error === undefined) must(value?.length === 1 && equal(value[0] ?? input, input), 'it is not itself');
    if (error !== undefined) {
      must(error.span.start <= error.span.end && error.span.end <= input.length, 'the error is elsewhere');
      return error.message;
    }
    must(value.length > 0 && value.length <= 16, `${value.length} certificates`);
    for (const one of value) {
      parseCertificate(one);
      if (input[0] === 0x30) must(isInside(one, input), 'a certificate from nowhere');
    }
    return `${Math.min(value.length, 3)} certificates`;
  },
};
