import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { requirePeer, run } from '../../test/support/peers.ts';
import { chainOf } from '../../test/x509/support.ts';
import { der, encodePem, OID } from '../asn1/index.ts';
import { concat, EMPTY, fromAscii, fromHex } from '../bytes/index.ts';
import { X509Error } from './error.ts';
import { certificatesToPem } from './pem.ts';
import { publishedCertificates } from './published.ts';

const { root, intermediate, leaf } = chainOf();
const all = [leaf.der, intermediate.der, root.der];

interface Bundle {
  readonly type?: Uint8Array;
  readonly certificates?: readonly Uint8Array[] | undefined;
  readonly crls?: Uint8Array;
  readonly behind?: Uint8Array;
}

/** A certs-only CMS message. */
function bundle({ type = der.oid(OID.signedData), certificates = all, crls = EMPTY, behind = EMPTY }: Bundle = {}) {
  const signedData = der.sequence(
    der.integer(1),
    der.set(),
    der.sequence(der.oid('1.2.840.113549.1.7.1')),
    // A SET OF certificates, its tag replaced; in the order given, as many write it.
    der.implicit(0, retagged(concat([...certificates]))),
    crls,
    der.set(),
    behind,
  );
  return der.sequence(type, der.explicit(0, signedData));
}

/** A SET around bytes as they are. */
function retagged(contents: Uint8Array): Uint8Array {
  const out = der.sequence(contents);
  out[0] = 0x31;
  return out;
}

const pem = (label: string, bytes: Uint8Array) => fromAscii(encodePem(label, bytes));

describe('publishedCertificates', () => {
  test('one certificate, DER', () => {
    expect(publishedCertificates(intermediate.der)).toEqual([intermediate.der]);
  });

  test('PEM, one or more, with text around and other blocks between', () => {
    expect(publishedCertificates(fromAscii(certificatesToPem([intermediate.der])))).toEqual([intermediate.der]);
    const text = `subject: x\r\n${certificatesToPem([root.der, leaf.der])}\n`;
    expect(publishedCertificates(fromAscii(text))).toEqual([root.der, leaf.der]);
    const [first = '', second = ''] = text.split('-----END CERTIFICATE-----\n');
    const mixed = `${first}-----END CERTIFICATE-----\n${encodePem('X509 CRL', der.sequence())}${second}-----END CERTIFICATE-----\n`;
    expect(publishedCertificates(fromAscii(mixed))).toEqual([root.der, leaf.der]);
  });

  test('a certs-only message, DER or PEM', () => {
    expect(publishedCertificates(bundle())).toEqual(all);
    for (const label of ['PKCS7', 'CMS']) expect(publishedCertificates(pem(label, bundle()))).toEqual(all);
    expect(publishedCertificates(bundle({ certificates: [root.der] }))).toEqual([root.der]);
  });

  test('with CRLs, and with certificates of other kinds, which are passed over', () => {
    const crls = der.implicit(1, retagged(der.sequence()));
    expect(publishedCertificates(bundle({ crls }))).toEqual(all);
    const other = der.implicit(3, der.sequence(der.integer(1)));
    expect(publishedCertificates(bundle({ certificates: [other, root.der] }))).toEqual([root.der]);
  });

  test('one that is broken does not take the others with it', () => {
    expect(publishedCertificates(bundle({ certificates: [der.sequence(der.integer(1)), root.der] }))).toEqual([
      root.der,
    ]);
  });

  test('no more than sixteen', () => {
    const certificates = new Array<Uint8Array>(40).fill(root.der);
    expect(publishedCertificates(bundle({ certificates })).length).toBe(16);
  });

  test.each<[string, Uint8Array]>([
    ['nothing', EMPTY],
    ['text', fromAscii('<html>not found</html>')],
    ['half a certificate', root.der.subarray(0, 200)],
    ['a certificate with something behind', concat([root.der, Uint8Array.of(0)])],
    ['another sequence', der.sequence(der.sequence(), der.sequence(), der.bitString(EMPTY))],
    ['a message without certificates', bundle({ certificates: [] })],
    [
      'a message of broken ones',
      bundle({ certificates: [der.sequence(der.integer(1)), der.sequence(der.integer(2))] }),
    ],
    ['a message of another type', bundle({ type: der.oid('1.2.840.113549.1.7.3') })],
    ['a message with something behind', bundle({ behind: der.integer(1) })],
    ['BER of indefinite length', fromHex('308006092a864886f70d010702a0800000')],
    ['PEM without certificates', pem('PRIVATE KEY', der.sequence())],
    ['PEM that does not end', fromAscii('-----BEGIN CERTIFICATE-----\nAAAA\n')],
  ])('%s is refused', (_, bytes) => {
    expect(() => publishedCertificates(bytes)).toThrow(X509Error);
  });
});

test.skipIf(requirePeer('openssl') === undefined)('what openssl writes: crl2pkcs7 -nocrl', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hellofin-p7-'));
  const [input, output] = [join(folder, 'chain.pem'), join(folder, 'chain.p7c')];
  writeFileSync(input, certificatesToPem(all));
  for (const form of ['DER', 'PEM']) {
    const made = await run('openssl', ['crl2pkcs7', '-nocrl', '-certfile', input, '-outform', form, '-out', output]);
    expect(made.code, made.stderr).toBe(0);
    expect(publishedCertificates(new Uint8Array(readFileSync(output)))).toEqual(all);
  }
  rmSync(folder, { recursive: true });
});
