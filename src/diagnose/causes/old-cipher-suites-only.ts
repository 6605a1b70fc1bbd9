import type { Cause } from '../cause.ts';
import type { AddressFacts } from '../facts.ts';
import type { Evidence } from '../finding.ts';
import { certificateRequestNotes, type FlightFacts, keyProofNote } from '../flight-facts.ts';
import { handshakeText, probeWith } from '../handshakes.ts';
import { inventoryParts, namedBy } from '../inventory.ts';
import { targetText } from '../make-finding.ts';
import { decodeFound, findMessage } from '../messages.ts';
import { commonWays, hasOldSuitesOnly } from '../old-suites.ts';
import { provedByChange } from '../refusal.ts';
import { opensslClient } from '../reproduce.ts';
import { listed } from '../words.ts';
import { noCommonCipherSuite } from './no-common-cipher-suite.ts';

/** The server has suites of TLS 1.2 that clients of today leave out, and no other. */
export const oldCipherSuitesOnly: Cause = {
  code: 'OLD_CIPHER_SUITES_ONLY',
  severity: 'warning',
  step: 'tls',
  title: 'only old cipher suites',
  meaning:
    'Every cipher suite of the server is one of TLS 1.2 without forward secrecy, with Diffie-Hellman in a finite field, or without authenticated encryption. Many clients still take some of them; others of today take none. This client offers none at first, and completes the handshake on a connection of its own.',
  provedBy: 'The ServerHello with such a suite, which comes as soon as every registered suite is offered.',
  remedy: 'Allow ECDHE with AES-GCM or ChaCha20-Poly1305, better TLS 1.3.',
  alsoKnownAs: [
    { client: 'Chrome', text: 'ERR_SSL_VERSION_OR_CIPHER_MISMATCH' },
    { client: 'Go', text: 'remote error: tls: handshake failure' },
  ],
  asks: (address) =>
    hasOldSuitesOnly(address) && address.flight?.flight.isComplete ? ['handshake:cipher_suites:old'] : [],
  evaluate: (facts) =>
    provedByChange(
      { ...oldCipherSuitesOnly, suspect: (...about) => noCommonCipherSuite.suspect?.(...about) },
      'cipher_suites:all',
      facts,
      (address) => {
        const { flight } = address;
        if (flight === undefined || !hasOldSuitesOnly(address)) return undefined;
        const inventory = namedBy(address, 'cipher_suites');
        const { evidence, notes } = inventoryParts(inventory, 'cipher suite');
        const ways = listed(commonWays(address)) || 'each is old in its own way';
        return {
          title: `the server has ${listed(inventory.items.map(({ name }) => name))}: ${ways}`,
          summary: `${targetText(facts)} has old cipher suites only: ${ways}`,
          evidence: [...suiteEvidence(address), ...evidence],
          notes: [...notes, ...completionNotes(address, flight), ...certificateRequestNotes(flight)],
          fix: {
            text: `allow ECDHE with AES-GCM on ${address.address}, e.g. ssl_ciphers ECDHE+AESGCM in nginx`,
            commands: [],
          },
          reproduce: [opensslClient(facts, address, '-tls1_2 -cipher ECDHE+AESGCM')],
        };
      },
    ),
};

/** Whether the handshake completes where old suites are offered; where nobody tried, what its flight shows. */
function completionNotes(address: AddressFacts, flight: FlightFacts): string[] {
  const probe = probeWith(address, 'handshake:cipher_suites:old');
  if (probe === undefined) return [keyProofNote(flight)];
  const suite = probe.negotiated.cipherSuite ?? 'none';
  if (probe.symptom.kind === 'none') return [`with old suites on offer the handshake completes (${suite})`];
  const reason = probe.tls?.error?.message ?? handshakeText(probe);
  return [keyProofNote(flight), `with old suites on offer the handshake does not complete: ${reason}`];
}

/** The suite in the ServerHello, behind legacy_version, random and session id (RFC 5246 section 7.4.1.3). */
function suiteEvidence({ flight, negotiated }: AddressFacts): Evidence[] {
  const bytes = findMessage(flight, 'received', 'server_hello')?.bytes;
  const hello = decodeFound(flight, 'received', 'server_hello');
  if (bytes === undefined || hello === undefined) return [];
  const start = 4 + 2 + 32 + 1 + hello.legacySessionIdEcho.length;
  return [
    {
      kind: 'bytes',
      bytes: bytes.subarray(start, start + 3),
      start,
      mark: { start, end: start + 2 },
      reads: 'ServerHello, cipher_suite',
      caption: negotiated.cipherSuite ?? '',
    },
  ];
}
