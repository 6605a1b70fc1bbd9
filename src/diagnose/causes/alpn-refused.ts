import type { Cause } from '../cause.ts';
import { failsWith } from '../make-finding.ts';
import { provedByChange, suspectRefusal } from '../refusal.ts';
import { opensslClient, quote } from '../reproduce.ts';
import { listed } from '../words.ts';

/** The server speaks none of the application protocols offered. */
export const alpnRefused: Cause = {
  code: 'ALPN_REFUSED',
  severity: 'error',
  step: 'tls',
  title: 'no common application protocol',
  meaning: 'The server speaks none of the application protocols offered.',
  provedBy: 'The same ClientHello without ALPN gets a ServerHello.',
  remedy: 'Correct the list on either side.',
  alsoKnownAs: [
    { client: 'curl', text: 'tlsv1 alert no application protocol' },
    { client: 'openssl', text: 'tlsv1 alert no application protocol' },
    { client: 'Node.js', text: 'EPROTO alert number 120' },
    { client: 'Go', text: 'remote error: tls: no application protocol' },
    { client: 'Chrome', text: 'ERR_SSL_PROTOCOL_ERROR' },
  ],
  suspect: (address) =>
    address.tls?.input.alpn.length === 0
      ? undefined
      : suspectRefusal(
          'ALPN_REFUSED',
          'alpn:none',
          { alerts: { no_application_protocol: 10, handshake_failure: 1, internal_error: 1 } },
          address,
        ),
  evaluate: (facts) =>
    provedByChange(alpnRefused, 'alpn:none', facts, (address) => {
      const protocols = address.tls?.input.alpn ?? [];
      return {
        title: `the server speaks none of ${listed(protocols)}`,
        summary: failsWith(facts, `no common application protocol, offered: ${listed(protocols)}`),
        fix: { text: `add one of ${listed(protocols)} to the ALPN list on ${address.address}`, commands: [] },
        reproduce: [opensslClient(facts, address, `-alpn ${quote(protocols.join(','))}`)],
      };
    }),
};
