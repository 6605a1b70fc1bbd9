/** What hellos say of versions. */
import { supportedVersions, VERSIONS, versionName } from '../tls/wire.ts';
import type { AddressFacts } from './facts.ts';
import type { BytesEvidence, Finding } from './finding.ts';
import { beforeTls13, decodeFound, findMessage, type Recorded } from './messages.ts';
import type { ExchangeObservation } from './observations.ts';
import { type Answer, firstMessage, readAnswer } from './probes/answer.ts';
import { VERSION_PROBES } from './probes/change.ts';

/** Where legacy_version stands, behind msg_type and length (RFC 8446 section 4). */
const LEGACY_VERSION = { start: 4, end: 6 };

/** A ServerHello of TLS 1.2 or older, as bytes that prove it. */
interface OlderHello {
  /** `TLS 1.2`. */
  readonly version: string;
  /** The connection that it came over. */
  readonly connection: number;
  readonly where: Finding['where'];
  readonly evidence: BytesEvidence;
}

/** The ServerHello of TLS 1.2 or older with which a server answered the offer of TLS 1.3. */
export function olderThanOffered({ tls, flight }: AddressFacts): OlderHello | undefined {
  const seen = [tls, flight].find((one) => offersTls13(one) && beforeTls13(one) !== undefined);
  return seen === undefined ? undefined : olderHello(seen, 'kind' in seen ? seen.connection : seen.exchange.connection);
}

/** A ServerHello of TLS 1.2 or older. */
function olderHello(recorded: Recorded, connection: number): OlderHello | undefined {
  const code = beforeTls13(recorded)?.version;
  const bytes = findMessage(recorded, 'received', 'server_hello')?.bytes;
  if (code === undefined || bytes === undefined) return undefined;
  const version = versionName(code);
  const offered = offersTls13(recorded) ? '; the ClientHello offers TLS 1.3' : '';
  return {
    version,
    connection,
    where: { message: 'ServerHello message', bytes: LEGACY_VERSION },
    evidence: {
      kind: 'bytes',
      bytes: bytes.subarray(0, 12),
      start: 0,
      mark: LEGACY_VERSION,
      reads: 'legacy_version, and no supported_versions',
      caption: `${version}${offered}`,
    },
  };
}

function offersTls13(recorded: Recorded | undefined): boolean {
  return offeredVersions(recorded).includes('TLS 1.3');
}

/** The versions that a ClientHello offers, `TLS 1.3` first (RFC 8446 section 4.2.1). */
export function offeredVersions(recorded: Recorded | undefined): string[] {
  const hello = decodeFound(recorded, 'sent', 'client_hello');
  if (hello === undefined) return [];
  const listed = hello.extensions.get(supportedVersions.clientHello) ?? [hello.legacyVersion];
  const known: readonly number[] = Object.values(VERSIONS);
  return listed.filter((code) => known.includes(code)).map(versionName);
}

/** Whether a server speaks a version: `undefined` where that is not known. */
export interface VersionSupport {
  /** ProtocolVersion code point. */
  readonly code: number;
  /** `TLS 1.2`. */
  readonly version: string;
  readonly isSupported: boolean | undefined;
  /** The connection that asked for it. */
  readonly exchange: ExchangeObservation;
}

/** The versions of a server, asked for one by one. */
export interface Versions {
  /** The newest first. */
  readonly list: readonly VersionSupport[];
  /** What it chooses when every version from TLS 1.0 on is offered. */
  readonly preferred: { readonly version: string; readonly exchange: ExchangeObservation } | undefined;
}

/** What the connections showed that asked for a version; `undefined` where none did. */
export function versionsOf({ versionProbes, negotiated }: AddressFacts): Versions | undefined {
  if (versionProbes.length === 0) return undefined;
  const answers = versionProbes.map((exchange) => ({ exchange, answer: readAnswer(exchange.received) }));
  const spoken = answers.flatMap(({ answer }) => (answer.kind === 'server_hello' ? [answer.version] : []));
  if (negotiated.version !== undefined) spoken.push(negotiated.version);
  const list = VERSION_PROBES.flatMap(({ id, version: code }): VersionSupport[] => {
    const asked = answers.find(({ exchange }) => exchange.change === id);
    if (asked === undefined || code === undefined) return [];
    const version = versionName(code);
    // A server that answers with an older version speaks that one.
    const isSupported = spoken.includes(version) ? true : isRefused(asked, spoken.length > 0) ? false : undefined;
    return [{ code, version, isSupported, exchange: asked.exchange }];
  });
  const any = answers.find(({ exchange }) => exchange.change === 'version:any');
  const preferred =
    any?.answer.kind === 'server_hello' ? { version: any.answer.version, exchange: any.exchange } : undefined;
  return { list, preferred };
}

/** Where another version is answered, an end without one refuses this one; silence says nothing. */
function isRefused(
  { answer, exchange }: { readonly answer: Answer; readonly exchange: ExchangeObservation },
  isAnsweredElse: boolean,
): boolean {
  if (answer.kind === 'server_hello') return true;
  if (answer.kind === 'alert') return isAnsweredElse || answer.name === 'protocol_version';
  return answer.kind === 'none' && isAnsweredElse && (exchange.end === 'closed' || exchange.end === 'reset');
}

/** The ServerHello that answered a probe, as bytes that prove its version. */
export function helloEvidence({ received }: ExchangeObservation, caption: string): BytesEvidence | undefined {
  const bytes = firstMessage(received);
  if (bytes === undefined) return undefined;
  const place = { bytes: bytes.subarray(0, 12), start: 0, mark: LEGACY_VERSION };
  return { kind: 'bytes', ...place, reads: 'ServerHello, legacy_version', caption };
}
