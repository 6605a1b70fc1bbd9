import type { Cause } from '../cause.ts';
import type { AddressFacts } from '../facts.ts';
import { probeWith } from '../handshakes.ts';
import { failsWith } from '../make-finding.ts';
import { isProved } from '../planner.ts';
import type { HandshakeChangeId } from '../probes/handshake-change.ts';
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
    { client: 'Firefox', text: 'SSL_ERROR_NEXT_PROTOCOL_NO_PROTOCOL' },
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
  asks: (address) => (isProved({ change: 'alpn:none' }, address) ? asksOf(address) : []),
  evaluate: (facts) =>
    provedByChange(alpnRefused, 'alpn:none', facts, (address) => {
      const protocols = address.tls?.input.alpn ?? [];
      const spoken = asksOf(address).flatMap((id) => probeWith(address, id)?.negotiated.alpn ?? []);
      return {
        title: `the server speaks none of ${listed(protocols)}`,
        summary: failsWith(facts, `no common application protocol, offered: ${listed(protocols)}`),
        notes: [
          ...(spoken.length === 0 ? [] : [`it takes ${listed(spoken)}: a handshake that offers that completes`]),
          ...withoutAlpn(address),
        ],
        fix: {
          text:
            spoken.length === 0
              ? `add ${oneOf(protocols)} to the ALPN list on ${address.address}`
              : `offer ${listed(spoken)}, or add ${oneOf(protocols)} to the ALPN list on ${address.address}`,
          commands: [],
        },
        reproduce: [opensslClient(facts, address, `-alpn ${quote(protocols.join(','))}`)],
      };
    }),
};

function oneOf(protocols: readonly string[]): string {
  return protocols.length === 1 ? listed(protocols) : `one of ${listed(protocols)}`;
}

/** The protocols of HTTP that were not offered, and what a client without ALPN gets. */
function asksOf(address: AddressFacts): HandshakeChangeId[] {
  const offered = address.tls?.input.alpn ?? [];
  const others = (['h2', 'http/1.1'] as const).filter((protocol) => !offered.includes(protocol));
  return [...others.map((protocol) => `handshake:alpn:${protocol}` as const), 'handshake:alpn:none'];
}

function withoutAlpn(address: AddressFacts): string[] {
  const bare = probeWith(address, 'handshake:alpn:none');
  if (bare?.symptom.kind !== 'none') return [];
  const http = bare.http?.status === undefined ? '' : `, and HTTP/1.1 is answered (${bare.http.status})`;
  return [`without ALPN the handshake completes${http}`];
}
