/** What hellos say of versions. */
import { supportedVersions, VERSIONS, versionName } from '../tls/wire.ts';
import type { AddressFacts } from './facts.ts';
import type { BytesEvidence, Finding } from './finding.ts';
import { beforeTls13, decodeFound, findMessage, type Recorded } from './messages.ts';

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
export function olderHello(recorded: Recorded, connection: number): OlderHello | undefined {
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
  const hello = decodeFound(recorded, 'sent', 'client_hello');
  return hello?.extensions.get(supportedVersions.clientHello)?.includes(VERSIONS.tls13) === true;
}
