import { VERSIONS } from '../../tls/wire.ts';
import type { Cause } from '../cause.ts';
import { type AddressFacts, type Facts, isHealthy } from '../facts.ts';
import type { BytesEvidence, Finding } from '../finding.ts';
import { handshakeText } from '../handshakes.ts';
import { makeFinding, targetText } from '../make-finding.ts';
import { beforeTls13, findMessage } from '../messages.ts';
import { handshakeChangeOf } from '../probes/handshake-change.ts';
import { opensslResumption } from '../reproduce.ts';
import { type ResumptionTry, sessionsOf } from '../sessions.ts';

/** The server gives sessions and does not take them back. */
export const sessionNotResumed: Cause = {
  code: 'SESSION_NOT_RESUMED',
  severity: 'notice',
  step: 'tls',
  title: 'sessions are given and not resumed',
  meaning:
    'The server gives clients a ticket or a session id, and makes a whole handshake all the same when it is offered. It works, and every connection costs the certificate, the signature and, in TLS 1.2, a round trip that the session was to save. Servers that share an address and no ticket keys are the usual reason.',
  provedBy:
    'Two more connections, each offering a session that the first left: the first of them is refused, by a ServerHello without pre_shared_key or by a certificate in TLS 1.2, and the second shows whether that was chance.',
  remedy:
    'Give all servers behind the address the same ticket keys, and change them on all at once; or issue no tickets.',
  alsoKnownAs: [],
  asks(address, facts) {
    const { resumption, earlyData, versions } = facts.run.settings;
    if (resumption !== true || (versions === true && address.versionProbes.length === 0)) return [];
    // Where something is broken, that comes first, and the connections are for it.
    if (facts.addresses.some((one) => one.tls !== undefined && !isHealthy(one))) return [];
    const { given, tries } = sessionsOf(address) ?? { tries: [] };
    if (given === undefined) return [];
    const [first] = tries;
    const isResumed = tries.some(({ outcome }) => outcome === 'resumed');
    return [
      'handshake:session',
      ...(isInVain(first) ? (['handshake:session:again'] as const) : []),
      ...(earlyData === true && given.maxEarlyData > 0 && isResumed ? (['handshake:session:early_data'] as const) : []),
    ];
  },
  evaluate: (facts) => facts.addresses.flatMap((address) => finding(facts, address) ?? []),
};

function isInVain(one: ResumptionTry | undefined): boolean {
  return one?.outcome === 'refused' || one?.outcome === 'failed';
}

function finding(facts: Facts, address: AddressFacts): Finding | undefined {
  const [first, second] = sessionsOf(address)?.tries ?? [];
  if (first === undefined || second === undefined || !isInVain(first) || second.outcome === 'unknown') return undefined;
  // One failure among two says nothing of sessions.
  if (first.outcome === 'failed' && second.outcome !== 'failed') return undefined;
  const evidence = evidenceOf(first);
  const { input, to } = handshakeChangeOf(first.probe.change);
  const isShared = second.outcome === 'resumed';
  return makeFinding(sessionNotResumed, facts, address, {
    title: titleOf(first, second),
    summary: `${targetText(facts)} does not resume its sessions`,
    where: evidence === undefined ? null : { message: 'ServerHello message', bytes: evidence.mark },
    evidence: [
      ...(evidence === undefined ? [] : [evidence]),
      {
        kind: 'table',
        rows: [first, second].map(({ probe, outcome }) => ({
          label: `connection ${probe.tcp.connection}`,
          value: outcome === 'failed' ? handshakeText(probe) : OUTCOMES[outcome],
          source: 'offered a session of an earlier connection',
        })),
      },
    ],
    proof: {
      kind: 'probe',
      changed: `${input}: none -> ${to}`,
      before: 'the handshake completes',
      after: first.outcome === 'failed' ? handshakeText(first.probe) : 'a full handshake, the session refused',
      connections: [address, first.probe, second.probe].map(({ tcp }) => tcp.connection),
    },
    fix: {
      text:
        first.outcome === 'failed'
          ? `look at what stands before ${address.address}: it ends handshakes that offer a session`
          : `give every server behind ${address.address} the same ticket keys, e.g. ssl_session_ticket_key in nginx${isShared ? '' : ', or issue no tickets'}`,
      commands: [],
    },
    reproduce: [opensslResumption(facts, address)],
  });
}

const OUTCOMES = { resumed: 'resumed', refused: 'a full handshake', unknown: 'not measured' } as const;

function titleOf({ outcome }: ResumptionTry, second: ResumptionTry): string {
  if (outcome === 'failed') return 'a session is given, and a handshake that offers it fails';
  if (second.outcome === 'resumed')
    return 'a session is resumed at times: one server behind the address knows it, another does not';
  return 'sessions are given, and none that was offered is resumed';
}

/** The ServerHello that refuses: the version of TLS 1.3 and no pre_shared_key behind it; a new session id before. */
function evidenceOf({ probe, outcome }: ResumptionTry): BytesEvidence | undefined {
  const bytes = findMessage(probe.tls, 'received', 'server_hello')?.bytes;
  if (bytes === undefined || outcome === 'failed') return undefined;
  const [idAt, idLength] = [39, bytes[38] ?? 0];
  if ((beforeTls13(probe.tls)?.version ?? VERSIONS.tls13) < VERSIONS.tls13) {
    const mark = { start: idAt - 1, end: idAt + idLength };
    const reads = idLength === 0 ? 'session_id: none' : 'session_id: a new one';
    return {
      kind: 'bytes',
      bytes: bytes.subarray(idAt - 1, mark.end),
      start: idAt - 1,
      mark,
      reads,
      caption: 'not resumed: a certificate follows',
    };
  }
  // Behind the id: cipher_suite, legacy_compression_method, extensions (RFC 8446 section 4.1.3).
  const mark = { start: idAt + idLength + 3, end: bytes.length };
  return {
    kind: 'bytes',
    bytes: bytes.subarray(mark.start),
    start: mark.start,
    mark,
    reads: 'the extensions',
    caption: 'no pre_shared_key, which the ClientHello offers',
  };
}
