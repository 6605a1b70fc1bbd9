import type { Span } from '../../bytes/index.ts';
import type { Cause } from '../cause.ts';
import type { AddressFacts, Facts, HandshakeProbe } from '../facts.ts';
import type { Evidence, Finding } from '../finding.ts';
import { handshakeText, probeWith } from '../handshakes.ts';
import { failsWith, makeFinding } from '../make-finding.ts';
import { alertReceived } from '../messages.ts';
import type { TlsObservation } from '../observations.ts';
import { opensslClient } from '../reproduce.ts';
import { count } from '../words.ts';
import { connectionsAt } from './symptoms.ts';

/** What an end says that finds bytes changed: of a record, or of the whole handshake. */
const ERRORS: ReadonlySet<string> = new Set(['BAD_RECORD_MAC', 'BAD_FINISHED']);
const ALERTS: ReadonlySet<string> = new Set(['bad_record_mac', 'decrypt_error']);

/** Bytes arrive other than they were protected. */
export const handshakeTampered: Cause = {
  code: 'HANDSHAKE_TAMPERED',
  severity: 'error',
  step: 'tls',
  title: 'the protection of the handshake finds changed bytes',
  meaning:
    'A record does not decrypt, or the Finished does not fit what was sent: what one end protected is not what the other got. In TLS 1.3 every record behind the ServerHello is authenticated with keys that depend on both hellos, so that a changed hello shows at the first of them and a changed record at itself; in TLS 1.2 a changed hello shows at the Finished. An end that computes its keys wrongly looks the same from here.',
  provedBy:
    'The record or the alert, the same again on a second connection, and how many records were opened before: where some were, both ends hold the same keys and the bytes were changed afterwards. Classical groups are tried where a post-quantum one was used; if those pass it is told as PROTOCOL_VIOLATION.',
  remedy:
    'Connect past whatever stands in between, from another network or on the server itself; what still fails there is an end.',
  alsoKnownAs: [
    { client: 'openssl', text: 'decryption failed or bad record mac' },
    { client: 'curl', text: 'decryption failed or bad record mac' },
    { client: 'Node.js', text: 'EPROTO decryption failed or bad record mac' },
    { client: 'Go', text: 'local error: tls: bad record MAC' },
    { client: 'Go', text: 'remote error: tls: bad record MAC' },
    { client: 'Java', text: 'Tag mismatch' },
    { client: 'Chrome', text: 'ERR_SSL_BAD_RECORD_MAC_ALERT' },
  ],
  asks(address) {
    if (!findsChange(address)) return [];
    const again = probeWith(address, 'handshake:none');
    const isPostQuantum = address.negotiated.group?.includes('MLKEM') === true;
    // What passes the second time is no matter of the group.
    const isOfGroup = isPostQuantum && again !== undefined && findsChange(again);
    return ['handshake:none', ...(isOfGroup ? (['handshake:groups:classical'] as const) : [])];
  },
  evaluate: (facts) => facts.addresses.filter(isTampered).map((address) => finding(facts, address)),
};

/** Whether the failure repeats and no other input makes it pass. */
export function isTampered(address: AddressFacts): boolean {
  if (!findsChange(address)) return false;
  return [probeWith(address, 'handshake:none'), probeWith(address, 'handshake:groups:classical')].every(
    (probe) => probe === undefined || findsChange(probe) || probe.tcp.status !== 'connected',
  );
}

function findsChange({ symptom, tls, negotiated }: Pick<AddressFacts, 'symptom' | 'tls' | 'negotiated'>): boolean {
  if (symptom.kind === 'violation') return ERRORS.has(tls?.error?.code ?? '');
  // A server says decrypt_error of a client certificate's signature too.
  return symptom.kind === 'alert' && ALERTS.has(symptom.name) && !negotiated.certificateRequested;
}

function finding(facts: Facts, address: AddressFacts): Finding {
  const [record, again] = [failingRecord(address.tls), probeWith(address, 'handshake:none')];
  const opened = openedRecords(address.tls);
  const isOurs = address.symptom.kind === 'violation';
  const place = record === undefined ? undefined : { message: 'the bytes received', bytes: record };
  return makeFinding(handshakeTampered, facts, address, {
    title: titleOf(address, opened),
    summary: failsWith(facts, 'bytes of the handshake are changed on the way, or one end computes its keys wrongly'),
    where: place ?? null,
    evidence: [...evidenceOf(address, opened), ...repetition(address, again)],
    proof: {
      kind: 'observation',
      after: handshakeText(address),
      connections: connectionsAt(address),
    },
    notes: [
      isOurs && opened > 0
        ? 'the keys agree, as records were opened before: these bytes were changed after they were protected'
        : 'no record was opened: a hello was changed on the way, or one end computes other keys',
      'what changes them, this side does not see: a device on the way, a failing network card, or an end',
      ...otherAddresses(facts, address),
    ],
    fix: {
      text: `connect to ${address.endpoint} from the server's own network: if it passes there, take out what stands in between; if it fails, update the server`,
      commands: [],
    },
    reproduce: [opensslClient(facts, address)],
  });
}

function titleOf({ symptom, tls }: AddressFacts, opened: number): string {
  if (symptom.kind === 'alert')
    return `the server finds what this client sent changed: alert ${symptom.code} ${symptom.name}`;
  if (tls?.error?.code === 'BAD_FINISHED')
    return 'the Finished of the server does not fit the handshake as this client saw it';
  return opened === 0
    ? 'the first protected record of the server does not decrypt'
    : `a protected record of the server does not decrypt, behind ${count(opened, 'record')} that did`;
}

function evidenceOf(address: AddressFacts, opened: number): Evidence[] {
  const alert = alertReceived(address.tls);
  if (alert !== undefined) {
    const { severity, code, name } = alert;
    const reads = `${severity === 2 ? 'fatal' : 'warning'}, ${name ?? code}`;
    const bytes = Uint8Array.of(severity, code);
    return [{ kind: 'bytes', bytes, start: 0, mark: { start: 1, end: 2 }, reads, caption: `alert ${code}` }];
  }
  const { error } = address.tls ?? {};
  return [
    { kind: 'text', text: `${error?.message ?? ''} (${error?.spec ?? ''}); ${count(opened, 'record')} opened before` },
  ];
}

/** The same again: at the same place, or at another. */
function repetition({ tls }: AddressFacts, again: HandshakeProbe | undefined): Evidence[] {
  if (again === undefined) return [];
  const [here, there] = [openedRecords(tls), openedRecords(again.tls)];
  const where = here === there ? 'at the same place' : `behind ${count(there, 'record')} that decrypted`;
  return [{ kind: 'text', text: `the same handshake again: ${handshakeText(again)}, ${where}` }];
}

/** Another way to the same service that works says more than any probe on this one. */
function otherAddresses({ addresses }: Facts, { address, endpoint }: AddressFacts): string[] {
  const healthy = addresses.filter((one) => one.endpoint !== endpoint && one.symptom.kind === 'none');
  return healthy.map((one) => `${one.address} is not concerned: compare the ways to it and to ${address}`);
}

/** Protected records of the server that decrypted. */
function openedRecords(tls: TlsObservation | undefined): number {
  return (tls?.events ?? []).filter(
    ({ event }) => event.kind === 'record' && event.direction === 'received' && event.innerType !== undefined,
  ).length;
}

/** Where the record that did not decrypt stands in what was received. */
function failingRecord(tls: TlsObservation | undefined): Span | undefined {
  if (tls?.error?.code !== 'BAD_RECORD_MAC') return undefined;
  for (const { event } of tls.events.toReversed()) {
    if (event.kind === 'record' && event.direction === 'received') return event.span;
  }
  return undefined;
}
