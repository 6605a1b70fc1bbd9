import type { Span } from '../bytes/index.ts';

/** How much a finding matters. */
export type Severity = 'error' | 'warning' | 'notice';

/** The steps of a check, in the order they are taken. */
export const STEPS = ['dns', 'tcp', 'tls', 'cert', 'http'] as const;

/** A step of a check. */
export type Step = (typeof STEPS)[number];

/** Codes of findings. A code keeps its meaning for ever; docs/findings.md explains each. */
export type FindingCode =
  | 'NAME_NOT_RESOLVED'
  | 'NAME_PARTLY_RESOLVED'
  | 'TCP_REFUSED'
  | 'TCP_TIMEOUT'
  | 'TCP_UNREACHABLE'
  | 'NOT_TLS'
  | 'PROXY_PROTOCOL_EXPECTED'
  | 'PEER_SILENT'
  | 'RESET_BEFORE_DATA'
  | 'CLOSED_BEFORE_DATA'
  | 'INTERMITTENT'
  | 'NO_COMMON_VERSION'
  | 'NO_COMMON_CIPHER_SUITE'
  | 'NO_COMMON_GROUP'
  | 'NO_COMMON_SIGNATURE_SCHEME'
  | 'TLS13_NOT_SUPPORTED'
  | 'TLS12_NOT_SUPPORTED'
  | 'TLS13_NOT_PREFERRED'
  | 'OLD_VERSION_ENABLED'
  | 'OLD_CIPHER_SUITES_ONLY'
  | 'SESSION_NOT_RESUMED'
  | 'TLS13_INTOLERANT'
  | 'SNI_REJECTED'
  | 'ALPN_REFUSED'
  | 'ALPN_UNEXPECTED'
  | 'CLIENT_CERT_REQUIRED'
  | 'CLIENT_CERT_REJECTED'
  | 'PROTOCOL_VIOLATION'
  | 'HANDSHAKE_TAMPERED'
  | 'PEER_LIMIT_EXCEEDED'
  | 'CLOCK_WRONG'
  | 'CERT_EXPIRED'
  | 'CERT_NOT_YET_VALID'
  | 'CERT_EXPIRES_SOON'
  | 'NAME_MISMATCH'
  | 'CERT_SELF_SIGNED'
  | 'ROOT_UNTRUSTED'
  | 'CHAIN_INCOMPLETE'
  | 'UNKNOWN_ISSUER'
  | 'CERT_MISSING'
  | 'CERT_MALFORMED'
  | 'CERT_REVOKED'
  | 'ROOT_DISTRUSTED'
  | 'CERT_SIGNATURE_INVALID'
  | 'SIGNATURE_ALGORITHM_MISMATCH'
  | 'CERT_SIGNATURE_WEAK'
  | 'CERT_SIGNATURE_UNSUPPORTED'
  | 'CERT_KEY_WEAK'
  | 'CERT_KEY_UNSUPPORTED'
  | 'ISSUER_NOT_CA'
  | 'PATH_LENGTH_EXCEEDED'
  | 'CERT_WRONG_PURPOSE'
  | 'CERT_UNKNOWN_EXTENSION'
  | 'NAME_CONSTRAINTS_VIOLATED'
  | 'NAME_CONSTRAINTS_UNSUPPORTED'
  | 'POLICY_MISSING'
  | 'POLICY_MAPPING_INVALID'
  | 'REVOCATION_UNKNOWN'
  | 'CERT_SERIAL_INVALID'
  | 'CERT_NAME_INVALID'
  | 'CERT_EXTENSION_INVALID'
  | 'CERT_UNIQUE_ID'
  | 'CERT_ENCODING_ODD'
  | 'CHAIN_LIMIT_EXCEEDED'
  | 'HTTP_NO_ANSWER'
  | 'UNEXPLAINED';

/** Bytes as the peer sent them, with the run that proves the finding. */
export interface BytesEvidence {
  readonly kind: 'bytes';
  /** The bytes shown, which begin at offset `start` of the message. */
  readonly bytes: Uint8Array;
  readonly start: number;
  /** The part that proves it, in the message's offsets. */
  readonly mark: Span;
  /** How a reader would write these bytes: `"261120120000Z"`. */
  readonly reads: string;
  /** What the marked part means. */
  readonly caption: string;
}

/** A line of text, with a part of it marked. */
export interface TextEvidence {
  readonly kind: 'text';
  readonly text: string;
  readonly mark?: Span;
  readonly caption?: string;
}

/** Things set side by side: what was sent against what came back. */
export interface TableEvidence {
  readonly kind: 'table';
  readonly rows: readonly { readonly label: string; readonly value: string; readonly source: string }[];
}

/** What proves a finding. */
export type Evidence = BytesEvidence | TextEvidence | TableEvidence;

/**
 * Why a finding holds, checkable against the saved run: `bytes` a message says so; `probe` a connection that differs
 * from the failing one in exactly `changed` gave `after` where the failing one gave `before`; `dns` and `tcp` what
 * the network answered; `observation` what was seen, with nothing that explains it further.
 */
export interface Proof {
  readonly kind: 'bytes' | 'probe' | 'dns' | 'tcp' | 'observation';
  /** The one input that was changed. */
  readonly changed?: string;
  readonly before?: string;
  readonly after?: string;
  /** The connections of the run that it rests on, by number. */
  readonly connections: readonly number[];
}

/** What another client prints for the same fault. */
export interface ForeignMessage {
  readonly client: string;
  readonly text: string;
}

/** What to do. */
export interface Fix {
  readonly text: string;
  /** Commands that do it. */
  readonly commands: readonly string[];
}

/** A fault with its proof and its repair. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly step: Step;
  /** `192.0.2.10:443`, or the target where no single address is meant. */
  readonly endpoint: string;
  /** The fault. */
  readonly title: string;
  /** One line for somebody who reads nothing else: endpoint and fault. */
  readonly summary: string;
  /** Where the bytes stand: the message and the offsets in it. */
  readonly where: { readonly message: string; readonly bytes: Span } | null;
  readonly evidence: readonly Evidence[];
  readonly proof: Proof;
  readonly alsoKnownAs: readonly ForeignMessage[];
  readonly notes: readonly string[];
  readonly fix: Fix;
  /** Commands of other tools that show the same symptom. */
  readonly reproduce: readonly string[];
  readonly docs: string;
}
