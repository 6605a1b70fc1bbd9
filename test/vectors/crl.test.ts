/** BoringSSL's CRLs: a certificate, who issued it, and a CRL that is good, bad or malformed by the name of its file. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodePem } from '../../src/asn1/index.ts';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import { ANY_PURPOSE, RootStore, validateChain } from '../../src/x509/index.ts';
import { vectors } from '../support/vectors.ts';

const AT = Date.UTC(2017, 2, 9);

const NO_NEXT = 'RFC 5280 section 5.1.2.5 wants nextUpdate; BoringSSL takes a limit of age instead';

/** What is judged otherwise, and why. */
const OTHERWISE: Readonly<Record<string, string>> = {
  'bad_crldp_has_crlissuer.pem': "BoringSSL reads no cRLIssuer; the issuer's own complete CRL covers the certificate",
  'bad_idp_indirectcrl.pem': 'BoringSSL has no indirect CRLs; this one is of the issuer itself',
  'bad_thisupdate_too_old.pem': 'it says itself that it is current',
  'invalid_idp_onlycontainsusercerts_v1_leaf.pem': 'RFC 5280 section 6.3.3: a certificate without cA is one of a user',
  'good_no_nextupdate.pem': NO_NEXT,
  'good_fake_extension_no_nextupdate.pem': NO_NEXT,
  'revoked_no_nextupdate.pem': NO_NEXT,
};

const folder = vectors('crl');

describe.skipIf(folder === undefined)('CRLs of BoringSSL', () => {
  const files = folder === undefined ? [] : readdirSync(folder);

  test('every one is judged as its name says', () => {
    const wrong = files.filter((file) => {
      const [kind = ''] = file.split('_').map((part) => part.replace('.pem', ''));
      return judge(file) !== (kind === 'good' || kind === 'revoked' ? kind : 'unknown');
    });
    expect(wrong.sort()).toEqual(Object.keys(OTHERWISE).sort());
    expect(files).toHaveLength(66);
  });
});

function judge(file: string): string {
  const blocks = decodePem(readFileSync(join(folder ?? '', file), 'utf8'));
  const labelled = (prefix: string) => blocks.flatMap(({ label, bytes }) => (label.startsWith(prefix) ? [bytes] : []));
  const verdict = validateChain({
    sent: labelled('CERTIFICATE'),
    roots: new RootStore(labelled('CA CERTIFICATE')),
    name: undefined,
    at: AT,
    crypto: nodeCrypto,
    purpose: ANY_PURPOSE,
    rules: {
      minRsaBits: 1024,
      sha1: true,
      anchors: { validity: false, constraints: false, basicConstraints: 'never' },
    },
    revocation: { mode: 'hard', crls: labelled('CRL') },
  });
  const codes = verdict.findings.map(({ code }) => code);
  if (codes.join() === 'CERT_REVOKED') return 'revoked';
  return codes.join() === 'REVOCATION_UNKNOWN' ? 'unknown' : codes.join() || 'good';
}
