import type { Cause } from '../cause.ts';
import { certificateRequestNotes } from '../flight-facts.ts';
import { failsWith, symptomText } from '../make-finding.ts';
import { provedByChange } from '../refusal.ts';
import { opensslClient } from '../reproduce.ts';
import { offeredVersions } from '../versions.ts';
import { noCommonVersion } from './no-common-version.ts';

/** The server fails at what it should pass over: the offer of a version that it does not know. */
export const tls13Intolerant: Cause = {
  code: 'TLS13_INTOLERANT',
  severity: 'error',
  step: 'tls',
  title: 'an offer of TLS 1.3 is refused',
  meaning:
    'The server, or a device before it, refuses a ClientHello that offers TLS 1.3 beside TLS 1.2, and answers one that offers TLS 1.2 alone. It should choose TLS 1.2 of the first too (RFC 8446 section 4.2.1).',
  provedBy: 'The same ClientHello without TLS 1.3, and of the same length, that gets a ServerHello of TLS 1.2.',
  remedy: 'Update what terminates TLS.',
  alsoKnownAs: [
    { client: 'curl', text: 'alert handshake failure' },
    { client: 'Chrome', text: 'ERR_SSL_VERSION_OR_CIPHER_MISMATCH' },
  ],
  evaluate: (facts) =>
    provedByChange(
      { ...tls13Intolerant, suspect: (...about) => noCommonVersion.suspect?.(...about) },
      'versions:1.2',
      facts,
      (address, { version }) => {
        if (version !== 'TLS 1.2' || offeredVersions(address.tls).length < 2) return undefined;
        return {
          title: `a ClientHello that offers TLS 1.3 beside TLS 1.2 gets ${symptomText(address)}, one of TLS 1.2 a ServerHello`,
          summary: failsWith(facts, 'an offer of TLS 1.3 is refused, TLS 1.2 alone is answered'),
          notes: certificateRequestNotes(address.flight),
          fix: {
            text: `update what terminates TLS at ${address.endpoint}: the server, or a balancer or inspecting device before it`,
            commands: [],
          },
          reproduce: [opensslClient(facts, address), opensslClient(facts, address, '-tls1_2')],
        };
      },
    ),
};
