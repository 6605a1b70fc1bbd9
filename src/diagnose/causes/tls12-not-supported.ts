import { VERSIONS } from '../../tls/wire.ts';
import type { Cause } from '../cause.ts';
import { makeFinding, targetText } from '../make-finding.ts';
import { describeAnswer } from '../probes/answer.ts';
import { opensslClient } from '../reproduce.ts';
import { versionsOf } from '../versions.ts';

/** Clients without TLS 1.3 are turned away. */
export const tls12NotSupported: Cause = {
  code: 'TLS12_NOT_SUPPORTED',
  severity: 'notice',
  step: 'tls',
  title: 'no TLS 1.2',
  meaning: 'The server speaks TLS 1.3 alone: clients without TLS 1.3 are turned away.',
  provedBy: 'A ClientHello of TLS 1.2 that is refused, where one of TLS 1.3 gets a ServerHello.',
  remedy: 'Nothing, if no such client is meant to come; else enable TLS 1.2 too.',
  alsoKnownAs: [
    { client: 'Java', text: 'Received fatal alert: protocol_version' },
    { client: 'openssl', text: 'tlsv1 alert protocol version' },
  ],
  evaluate: (facts) =>
    facts.addresses.flatMap((address) => {
      const list = versionsOf(address)?.list ?? [];
      const [tls12, tls13] = [VERSIONS.tls12, VERSIONS.tls13].map((code) => list.find((one) => one.code === code));
      if (tls12?.isSupported !== false || tls13?.isSupported !== true) return [];
      const refused = describeAnswer(tls12.exchange);
      return makeFinding(tls12NotSupported, facts, address, {
        title: 'the server has no TLS 1.2: clients without TLS 1.3 are refused',
        summary: `${targetText(facts)} has no TLS 1.2`,
        evidence: [
          {
            kind: 'table',
            rows: [
              { label: 'TLS 1.2 alone', value: refused, source: `connection ${tls12.exchange.connection}` },
              {
                label: 'TLS 1.3 alone',
                value: describeAnswer(tls13.exchange),
                source: `connection ${tls13.exchange.connection}`,
              },
            ],
          },
        ],
        proof: {
          kind: 'probe',
          changed: 'offered versions: TLS 1.3 -> TLS 1.2',
          before: describeAnswer(tls13.exchange),
          after: refused,
          connections: [tls12.exchange.connection, tls13.exchange.connection],
        },
        fix: {
          text: `if clients without TLS 1.3 are to connect, enable TLS 1.2 on ${address.address}, e.g. ssl_protocols TLSv1.2 TLSv1.3 in nginx`,
          commands: [],
        },
        reproduce: [opensslClient(facts, address, '-tls1_2')],
      });
    }),
};
