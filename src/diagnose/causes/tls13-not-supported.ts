import { VERSIONS } from '../../tls/wire.ts';
import type { Cause } from '../cause.ts';
import type { AddressFacts } from '../facts.ts';
import { type FindingParts, makeFinding, targetText } from '../make-finding.ts';
import { opensslClient } from '../reproduce.ts';
import { olderThanOffered, versionsOf } from '../versions.ts';

/** The server works, in TLS 1.2. */
export const tls13NotSupported: Cause = {
  code: 'TLS13_NOT_SUPPORTED',
  severity: 'notice',
  step: 'tls',
  title: 'TLS 1.2 where TLS 1.3 is offered',
  meaning:
    'TLS 1.3 is offered and the server speaks TLS 1.2: it works, takes one round trip more and shows its certificate to everybody on the way.',
  provedBy: 'The ServerHello of TLS 1.2 that answers an offer of TLS 1.3.',
  remedy: 'Enable TLS 1.3 beside TLS 1.2.',
  alsoKnownAs: [
    { client: 'openssl', text: 'tlsv1 alert protocol version' },
    { client: 'Go', text: 'server selected unsupported protocol version 303' },
  ],
  evaluate: (facts) =>
    facts.addresses.flatMap((address) => {
      const proof = proofOf(address);
      if (proof === undefined) return [];
      return makeFinding(tls13NotSupported, facts, address, {
        ...proof,
        title: 'the server speaks TLS 1.2 where TLS 1.3 is offered',
        summary: `${targetText(facts)} has no TLS 1.3`,
        fix: {
          text: `enable TLS 1.3 on ${address.address}, e.g. ssl_protocols TLSv1.2 TLSv1.3 in nginx`,
          commands: [],
        },
        reproduce: [opensslClient(facts, address, '-tls1_3')],
      });
    }),
};

function proofOf(address: AddressFacts): Pick<FindingParts, 'where' | 'evidence' | 'proof'> | undefined {
  const { flight, negotiated } = address;
  const isDone = flight === undefined ? negotiated.complete : flight.flight.isComplete;
  const asked = versionsOf(address)?.list.find(({ code }) => code === VERSIONS.tls13);
  const chosen = olderThanOffered(address);
  if (chosen?.version !== 'TLS 1.2' || !isDone || asked?.isSupported === true) return undefined;
  const { version, connection, where, evidence } = chosen;
  const proof = { kind: 'bytes', after: `ServerHello, ${version}`, connections: [connection] } as const;
  return { where, evidence: [evidence], proof };
}
