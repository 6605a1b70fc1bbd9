/** What findings tell of the whole handshakes that were made as probes. */
import { equal } from '../bytes/index.ts';
import type { AddressFacts, Facts, HandshakeProbe } from './facts.ts';
import type { Proof } from './finding.ts';
import { symptomText } from './make-finding.ts';
import { certificatesReceived, type Recorded } from './messages.ts';
import type { HttpObservation } from './observations.ts';
import { type HandshakeChangeId, handshakeChangeOf, handshakeValueBefore } from './probes/handshake-change.ts';
import { listed } from './words.ts';

/** The handshake that was made with a change, if it was. */
export function probeWith({ handshakes }: AddressFacts, id: HandshakeChangeId): HandshakeProbe | undefined {
  return handshakes.find(({ change }) => change === id);
}

/** How a handshake ended, in a few words: `the handshake completes`, `alert 40 handshake_failure`. */
export function handshakeText({
  tcp,
  symptom,
  chain,
  tls,
}: Pick<HandshakeProbe, 'tcp' | 'symptom' | 'chain' | 'tls'>): string {
  switch (symptom.kind) {
    case 'none':
      return 'the handshake completes';
    case 'unreached':
      return `no connection (${tcp.status})`;
    case 'rejected':
      return `certificate refused (${listed((chain?.problems ?? []).map(({ code }) => code))})`;
    case 'violation':
    case 'incompatible':
      return tls?.error?.code ?? symptom.kind;
    default:
      return symptomText({ symptom });
  }
}

/** How a request ended: `HTTP 200`, `no answer in 1.5 s`. */
export function httpText({ status, error }: HttpObservation): string {
  return status === undefined ? (error ?? 'no answer') : `HTTP ${status}`;
}

/** Whether two handshakes got the same end-entity certificate; `undefined` where one got none. */
export function sameLeaf(a: Recorded | undefined, b: Recorded | undefined): boolean | undefined {
  const [[one], [other]] = [certificatesReceived(a), certificatesReceived(b)];
  return one === undefined || other === undefined ? undefined : equal(one, other);
}

/** The proof by a whole handshake that ended otherwise, and by the control where one was made. */
export function proofByHandshake(
  facts: Facts,
  address: AddressFacts,
  probe: HandshakeProbe,
  { before, after }: { readonly before: string; readonly after: string },
): Proof {
  const change = handshakeChangeOf(probe.change);
  const control = probeWith(address, 'handshake:none');
  return {
    kind: 'probe',
    changed: `${change.input}: ${handshakeValueBefore(probe.change, facts.run.settings.input)} -> ${change.to}`,
    before,
    after,
    connections: [address, probe, ...(control === undefined ? [] : [control])].map(({ tcp }) => tcp.connection),
  };
}
