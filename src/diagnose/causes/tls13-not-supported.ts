import { VERSIONS } from '../../tls/wire.ts';
import type { Cause } from '../cause.ts';
import type { AddressFacts, Facts } from '../facts.ts';
import type { FlightFacts } from '../flight-facts.ts';
import { type FindingParts, makeFinding, proofByProbe, symptomText, targetText } from '../make-finding.ts';
import { beforeTls13 } from '../messages.ts';
import { refusalEvidence, refusalPlace } from '../refusal.ts';
import { opensslClient } from '../reproduce.ts';
import { olderHello, olderThanOffered, versionsOf } from '../versions.ts';

/** The server works, in TLS 1.2. */
export const tls13NotSupported: Cause = {
  code: 'TLS13_NOT_SUPPORTED',
  severity: 'notice',
  step: 'tls',
  title: 'TLS 1.2 where TLS 1.3 is offered',
  meaning:
    'TLS 1.3 is offered and the server speaks TLS 1.2: it works, takes one round trip more and shows its certificate to everybody on the way.',
  provedBy:
    'The ServerHello of TLS 1.2 that answers an offer of TLS 1.3, or one that comes as soon as TLS 1.2 is offered.',
  remedy: 'Enable TLS 1.3 beside TLS 1.2.',
  alsoKnownAs: [
    { client: 'openssl', text: 'tlsv1 alert protocol version' },
    { client: 'Go', text: 'server selected unsupported protocol version 303' },
  ],
  evaluate: (facts) =>
    facts.addresses.flatMap((address) => {
      const proof = proofOf(facts, address);
      if (proof === undefined) return [];
      return makeFinding(tls13NotSupported, facts, address, {
        ...proof,
        title: 'the server speaks TLS 1.2 where TLS 1.3 is offered',
        summary: `${targetText(facts)} has no TLS 1.3`,
        notes: address.flight === undefined ? [] : [howFar(address.flight)],
        fix: {
          text: `enable TLS 1.3 on ${address.address}, e.g. ssl_protocols TLSv1.2 TLSv1.3 in nginx`,
          commands: [],
        },
        reproduce: [opensslClient(facts, address, '-tls1_3')],
      });
    }),
};

function proofOf(facts: Facts, address: AddressFacts): Pick<FindingParts, 'where' | 'evidence' | 'proof'> | undefined {
  const { recorded, flight, negotiated } = address;
  const isDone = flight === undefined ? negotiated.complete : flight.flight.isComplete;
  const asked = versionsOf(address)?.list.find(({ code }) => code === VERSIONS.tls13);
  if (beforeTls13(recorded)?.version !== VERSIONS.tls12 || !isDone || asked?.isSupported === true) return undefined;
  const chosen = olderThanOffered(address);
  if (chosen !== undefined) {
    const { version, connection, where, evidence } = chosen;
    const proof = { kind: 'bytes', after: `ServerHello, ${version}`, connections: [connection] } as const;
    return { where, evidence: [evidence], proof };
  }
  if (flight === undefined) return undefined;
  const controls = address.exchanges.filter(({ change }) => change === 'none');
  const hello = olderHello(flight, flight.exchange.connection);
  return {
    where: refusalPlace(address),
    evidence: [...refusalEvidence(address), ...(hello === undefined ? [] : [hello.evidence])],
    proof: proofByProbe(address, flight.exchange, controls, facts, symptomText(address)),
  };
}

/** That the handshake was not completed, and whether the server showed its key all the same. */
function howFar({ keyProof }: FlightFacts): string {
  const [is, reason] =
    keyProof?.status === 'proved'
      ? ['shown', `ServerKeyExchange is ${keyProof.reason}`]
      : ['not shown', keyProof?.reason ?? 'it is not known'];
  return `read to ServerHelloDone; that the server has the key of its certificate is ${is}: ${reason}`;
}
