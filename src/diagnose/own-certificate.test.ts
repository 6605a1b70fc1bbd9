/** What is read of a client certificate in a run, whatever the run holds. Refusals by real servers: test/diagnose. */
import { describe, expect, test } from 'vitest';
import { chainOf, DAY, NOW } from '../../test/x509/support.ts';
import { OID } from '../asn1/index.ts';
import { fromHex } from '../bytes/index.ts';
import type { StampedEvent } from '../explain/index.ts';
import { encodeCertificate } from '../tls/messages/certificate.ts';
import { EXTENSION_TYPES, HANDSHAKE_TYPES } from '../tls/wire.ts';
import { parseCertificate } from '../x509/index.ts';
import { acceptedAuthorities, authorityNames, ownCertificate } from './own-certificate.ts';

function message(
  direction: 'sent' | 'received',
  name: 'certificate' | 'certificate_request',
  bytes: Uint8Array,
): StampedEvent {
  return { at: 0, event: { kind: 'message', direction, level: 'handshake', name, bytes, fields: [] } };
}

/** A CertificateRequest with this certificate_authorities extension, hexadecimal. */
function request(authorities: string): StampedEvent {
  const data = authorities.length / 2;
  const u16 = (number: number) => number.toString(16).padStart(4, '0');
  const extension = u16(EXTENSION_TYPES.certificate_authorities) + u16(data) + authorities;
  const body = `00${u16(extension.length / 2)}${extension}`;
  const type = HANDSHAKE_TYPES.certificate_request.toString(16).padStart(2, '0');
  return message('received', 'certificate_request', fromHex(`${type}00${u16(body.length / 2)}${body}`));
}

function namesOf(...names: readonly Uint8Array[]): string {
  const list = names
    .map((name) => name.length.toString(16).padStart(4, '0') + Buffer.from(name).toString('hex'))
    .join('');
  return (list.length / 2).toString(16).padStart(4, '0') + list;
}

function sent(...chain: readonly Uint8Array[]): StampedEvent {
  const certificateList = chain.map((certData) => ({ certData, extensions: [] }));
  return message(
    'sent',
    'certificate',
    encodeCertificate({ certificateRequestContext: new Uint8Array(0), certificateList }),
  );
}

const { root, intermediate, leaf } = chainOf({ leaf: { extendedKeyUsage: [OID.clientAuth] } });
const issuerName = parseCertificate(intermediate.der).subject.der;
const rootName = parseCertificate(root.der).subject.der;

/** A run whose clock is this machine's. */
function asOf(clock: number) {
  return { clock, startedAt: clock };
}

function faultsOf(events: readonly StampedEvent[], at = NOW) {
  return ownCertificate({ events }, asOf(at))?.faults.map(({ kind }) => kind);
}

describe('the certificate that was sent', () => {
  test('has no fault', () => {
    expect(faultsOf([sent(leaf.der)])).toEqual([]);
    expect(ownCertificate({ events: [sent(leaf.der)] }, asOf(NOW))).toMatchObject({
      ...{ name: 'shop.example', issuer: 'Test Intermediate', notAfter: NOW + DAY },
    });
  });

  test('is valid to its last second', () => {
    expect(faultsOf([sent(leaf.der)], NOW + DAY + 999)).toEqual([]);
    expect(faultsOf([sent(leaf.der)], NOW + DAY + 1_000)).toEqual(['expired']);
    expect(faultsOf([sent(leaf.der)], NOW - DAY - 1)).toEqual(['not_yet_valid']);
  });

  test.each([
    ['no purpose named', [], []],
    ['any', [OID.anyExtendedKeyUsage], []],
    ['for servers', [OID.serverAuth], ['purpose']],
  ])('%s', (_, extendedKeyUsage, faults) => {
    expect(faultsOf([sent(chainOf({ leaf: { extendedKeyUsage } }).leaf.der)])).toEqual(faults);
  });

  test('fits where any certificate of the chain was issued by a name of the server', () => {
    expect(faultsOf([request(namesOf(issuerName)), sent(leaf.der)])).toEqual([]);
    expect(faultsOf([request(namesOf(rootName)), sent(leaf.der, intermediate.der)])).toEqual([]);
    expect(faultsOf([request(namesOf(rootName)), sent(leaf.der)])).toEqual(['issuer']);
    expect(faultsOf([request(namesOf()), sent(leaf.der)])).toEqual([]);
  });

  test('has its faults where they stand in the message', () => {
    const event = sent(leaf.der);
    const [fault] = ownCertificate({ events: [event] }, asOf(NOW + 2 * DAY))?.faults ?? [];
    const bytes = event.event.kind === 'message' ? event.event.bytes : new Uint8Array(0);
    // UTCTime, 13 characters.
    expect([...bytes.subarray(fault?.span.start, (fault?.span.start ?? 0) + 2)]).toEqual([0x17, 13]);
  });

  test.each<[string, readonly StampedEvent[]]>([
    ['none', []],
    ['an empty one', [sent()]],
    ['one that is none', [sent(fromHex('3000'))]],
  ])('%s: nothing is said', (_, events) => {
    expect(ownCertificate({ events }, asOf(NOW))).toBeUndefined();
  });
});

describe('the CAs that a server names', () => {
  test('are called by their common names, and skipped where they are no names', () => {
    const authorities = acceptedAuthorities({ events: [request(namesOf(rootName, fromHex('3001'), issuerName))] });
    expect(authorities).toHaveLength(3);
    expect(authorityNames(authorities)).toEqual(['Test Root', 'Test Intermediate']);
  });

  test('are no more than a screen can take', () => {
    expect(authorityNames(Array.from({ length: 500 }, () => rootName))).toHaveLength(64);
  });

  test.each([
    ['a list that is cut', '0040003000'],
    ['a name that is cut', '000400ff3000'],
  ])('%s: none', (_, data) => {
    expect(acceptedAuthorities({ events: [request(data)] })).toEqual([]);
  });

  test('without a request: none', () => {
    expect(acceptedAuthorities({ events: [] })).toEqual([]);
    expect(acceptedAuthorities(undefined)).toEqual([]);
  });
});

test('a time that the user gave is not called now', () => {
  const after = NOW + 4_000 * DAY;
  const [fault] = ownCertificate({ events: [sent(leaf.der)] }, { clock: after, startedAt: NOW })?.faults ?? [];
  expect([fault?.kind, fault?.caption]).toEqual(['expired', expect.stringMatching(/; at \d{4}-.* \(--at\)$/)]);
});
