import { describe, expect, it } from 'vitest';
import { decoded, makeOffer } from '../../../test/tls/hellos.ts';
import type { GroupName } from '../../crypto/index.ts';
import { cookie } from '../extensions/cookie.ts';
import { keyShare } from '../extensions/key-share.ts';
import { Transcript } from '../key-schedule/transcript.ts';
import { TLS13_SUITES } from '../registry/cipher-suites.ts';
import { EXTENSION_TYPES } from '../registry/extension-types.ts';
import { GROUPS } from '../registry/named-groups.ts';
import { type Offer, secondOffer } from './offer.ts';
import { checkSecondClientHello } from './second-client-hello.ts';

const badConfiguration = expect.objectContaining({ code: 'BAD_CONFIGURATION', alert: null, fault: 'local' });
const sharesOf = (offer: ReturnType<typeof makeOffer>) =>
  decoded('client_hello', offer.bytes)
    .extensions.get(keyShare.clientHello)
    ?.map(({ group }) => group);

/** The second ClientHello, after a HelloRetryRequest with the suite that every offer has first. */
function again(first: Offer, group: GroupName | undefined, sent: Uint8Array): Offer {
  const suite = TLS13_SUITES.TLS_AES_128_GCM_SHA256;
  const transcript = new Transcript(first.settings.crypto);
  transcript.start(suite.hash);
  return secondOffer(first, group, sent, suite, transcript);
}

describe('an offer', () => {
  it('is of TLS 1.3 alone where a key is required, and there has to be one', () => {
    expect(() => makeOffer({ requirePsk: true })).toThrow(badConfiguration);
    const psks = [{ identity: Uint8Array.of(1), key: new Uint8Array(32) }];
    expect(makeOffer({ requirePsk: true, psks }).settings.versions).toEqual(['TLS 1.3']);
    expect(makeOffer({ psks }).settings.versions).toEqual(['TLS 1.3', 'TLS 1.2']);
  });

  it('says on request that it is a fallback, behind all suites (RFC 7507 section 4)', () => {
    const suitesOf = (fallbackScsv: boolean) => decoded('client_hello', makeOffer({ fallbackScsv }).bytes).cipherSuites;
    expect(suitesOf(true)).toEqual([...suitesOf(false), 0x5600]);
  });

  it.each(['', '.', 'a..b', 'a.', '.a', '192.0.2.1', '1', '::1', '[::1]', 'a b', 'caf\u00e9', 'a\n', 'x'.repeat(256)])(
    'has no server_name %j',
    (serverName) => {
      expect(() => makeOffer({ serverName })).toThrow(badConfiguration);
    },
  );

  it('has shares only for its groups', () => {
    expect(() => makeOffer({ groups: ['x25519'], keyShares: ['x25519', 'secp256r1'] })).toThrow(badConfiguration);
    expect(sharesOf(makeOffer({ groups: ['x25519', 'secp256r1'] }))).toEqual([GROUPS.x25519]);
    expect(sharesOf(makeOffer({ groups: ['x25519', 'secp256r1'], keyShares: ['secp256r1'] }))).toEqual([
      GROUPS.secp256r1,
    ]);
    expect(sharesOf(makeOffer({ keyShares: [] }))).toEqual([]);
  });

  it('knows the ids of what it sent, to refuse answers to anything else', () => {
    const { extensionIds, bytes } = makeOffer({ requestOcsp: false, alpn: ['h2'] });
    expect([...extensionIds].sort()).toEqual(
      decoded('client_hello', bytes)
        .extensions.raw.map(({ id }) => id)
        .sort(),
    );
    expect(extensionIds.has(EXTENSION_TYPES.status_request)).toBe(false);
  });

  it('is repeated with another share and the cookie, and nothing else', () => {
    const first = makeOffer({ groups: ['x25519', 'secp256r1'] });
    const sent = Uint8Array.of(1, 2, 3);
    const second = again(first, 'secp256r1', sent);
    const hello = decoded('client_hello', second.bytes);
    expect(sharesOf(second)).toEqual([GROUPS.secp256r1]);
    expect(hello.extensions.get(cookie.clientHello)).toEqual(sent);
    expect(() => checkSecondClientHello(decoded('client_hello', first.bytes), hello, sent)).not.toThrow();
    expect(sharesOf(again(first, undefined, sent))).toEqual([GROUPS.x25519]);
  });
});
