import type { Facts } from './facts.ts';
import { flightFactsOf } from './flight-facts.ts';
import { certificatesReceived } from './messages.ts';
import type { ChainObservation } from './observations.ts';

/** The certificates that were judged, DER, as the peer sent them: from the message itself, the only source. */
export function sentCertificates({ run }: Facts, { connection }: ChainObservation): Uint8Array[] {
  for (const one of run.observations) {
    if (one.kind === 'tls' && one.connection === connection) return certificatesReceived(one);
    if (one.kind === 'exchange' && one.connection === connection) return certificatesReceived(flightFactsOf(one));
  }
  return [];
}
