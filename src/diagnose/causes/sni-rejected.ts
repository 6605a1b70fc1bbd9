import type { Cause } from '../cause.ts';
import type { AddressFacts, Facts } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { probeWith } from '../handshakes.ts';
import { failsWith, makeFinding, symptomText } from '../make-finding.ts';
import { findMessage } from '../messages.ts';
import { isProved } from '../planner.ts';
import { describeAnswer, readAnswer } from '../probes/answer.ts';
import { provedByChange, refusalEvidence, refusalPlace, suspectRefusal } from '../refusal.ts';
import { opensslClient } from '../reproduce.ts';
import { listed } from '../words.ts';

const ALERTS = { unrecognized_name: 10, handshake_failure: 2, access_denied: 2, internal_error: 2, decode_error: 1 };

/** The server has nothing for the name that it was asked for. */
export const sniRejected: Cause = {
  code: 'SNI_REJECTED',
  severity: 'error',
  step: 'tls',
  title: 'the server refuses the name',
  meaning:
    'The server has nothing for the name: it says so, or the handshake is refused with the name and answered without it, which something on the way that filters names looks like too.',
  provedBy:
    'The same ClientHello without a server name gets a ServerHello; or the alert unrecognized_name, where no name is refused as well.',
  remedy:
    'Correct the name, or add a virtual host for it; where the connection just ends, look for a filter on the way too.',
  alsoKnownAs: [
    { client: 'curl', text: 'tlsv1 unrecognized name' },
    { client: 'openssl', text: 'tlsv1 unrecognized name' },
    { client: 'Node.js', text: 'EPROTO alert number 112' },
    { client: 'Go', text: 'remote error: tls: unrecognized name' },
    { client: 'Java', text: 'Received fatal alert: unrecognized_name' },
    { client: 'Chrome', text: 'ERR_SSL_UNRECOGNIZED_NAME_ALERT' },
    { client: 'Firefox', text: 'SSL_ERROR_UNRECOGNIZED_NAME_ALERT' },
  ],
  suspect: (address) =>
    address.tls?.input.serverName === undefined
      ? undefined
      : suspectRefusal('SNI_REJECTED', 'server_name:none', { alerts: ALERTS, withoutAlert: 2 }, address),
  asks: (address) => (isProved({ change: 'server_name:none' }, address) ? ['handshake:server_name:none'] : []),
  evaluate: (facts) => [
    ...provedByChange(sniRejected, 'server_name:none', facts, (address) => {
      const name = address.tls?.input.serverName ?? '';
      if (address.symptom.kind !== 'alert') return withoutWord(facts, address, name);
      return {
        title: `the server refuses the name ${name}`,
        summary: failsWith(facts, `the server has nothing for the name ${name}`),
        notes: [
          'the same ClientHello without a server name is answered: a default virtual host is there',
          ...byDefault(address),
        ],
        fix: {
          text: `correct the name, or add a virtual host and certificate for ${name} on ${address.address}`,
          commands: [],
        },
        reproduce: [opensslClient(facts, address)],
      };
    }),
    ...facts.addresses.flatMap((address) => toldByAlert(facts, address) ?? []),
  ],
};

/** The alert has this one meaning (RFC 6066 section 3). A server without a default virtual host refuses no name as well. */
function toldByAlert(facts: Facts, address: AddressFacts): Finding | undefined {
  const { symptom, tls, exchanges } = address;
  if (symptom.kind !== 'alert' || symptom.name !== 'unrecognized_name') return undefined;
  if (findMessage(tls, 'received', 'server_hello') !== undefined) return undefined;
  // What helped is told by its own cause; what passed unchanged is INTERMITTENT.
  if (exchanges.some(({ received }) => readAnswer(received).kind === 'server_hello')) return undefined;
  const name = tls?.input.serverName;
  const bare = exchanges.find(({ change }) => change === 'server_name:none');
  return makeFinding(sniRejected, facts, address, {
    title: name === undefined ? 'the server refuses clients that send no name' : `the server refuses the name ${name}`,
    summary: failsWith(facts, name === undefined ? 'no name was sent' : `the server has nothing for the name ${name}`),
    where: refusalPlace(address),
    evidence: refusalEvidence(address),
    notes: bare === undefined ? [] : [`without a name: ${describeAnswer(bare)}: no default virtual host answers`],
    proof: {
      kind: 'bytes',
      after: symptomText(address),
      connections: [address.tcp.connection, ...(bare === undefined ? [] : [bare.connection])],
    },
    fix: {
      text:
        name === undefined
          ? 'connect by a name that the server has: --sni NAME'
          : `correct the name, or add a virtual host and certificate for ${name} on ${address.address}`,
      commands: [],
    },
    reproduce: [opensslClient(facts, address)],
  });
}

/** Whose certificate a client gets that sends no name, by a whole handshake. */
function byDefault(address: AddressFacts): string[] {
  const bare = probeWith(address, 'handshake:server_name:none');
  if (bare?.chain === undefined) return [];
  const mismatch = bare.chain.problems.find(({ code }) => code === 'NAME_MISMATCH');
  if (mismatch === undefined) return [`the certificate without a name is for ${bare.chain.identity} too`];
  const names = mismatch.presented?.map(({ text }) => text) ?? [];
  return names.length === 0 ? [] : [`the certificate without a name is for ${listed(names)}`];
}

/** A connection that just ends does not say who ended it: the server, or a filter on the way to it. */
function withoutWord(
  facts: Facts,
  address: AddressFacts,
  name: string,
): ReturnType<Parameters<typeof provedByChange>[3]> {
  return {
    title: `with the name ${name} the handshake gets no answer, without it there is one`,
    summary: failsWith(facts, `no answer for the name ${name}`),
    notes: ['whether the server or a filter on the way ends it, the connection does not say', ...byDefault(address)],
    fix: {
      text: `correct the name; if it is right, look at the log of ${address.endpoint}: what is not there was ended by a filter on the way`,
      commands: [],
    },
    reproduce: [opensslClient(facts, address)],
  };
}
