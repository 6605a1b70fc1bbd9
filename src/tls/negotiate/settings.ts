import { type Allocator, allocate } from '../../bytes/index.ts';
import type { CertificateCompression, ClientConfig, CommonConfig } from '../config.ts';
import { MAX_CHAIN_LENGTH } from '../messages/certificate.ts';
import { MAX_CERTIFICATE_MESSAGE_LENGTH } from '../messages/frame.ts';
import { MAX_PLAINTEXT } from '../record/limits.ts';
import type { AlertName } from '../registry/alerts.ts';
import { type Algorithms, algorithms } from './algorithms.ts';
import { badConfiguration } from './bad-configuration.ts';

/** A configuration with its defaults filled in and checked against what the provider has. */
export interface Settings extends Algorithms {
  readonly allocate: Allocator;
  readonly alpn: readonly string[];
  readonly certificateCompression: readonly CertificateCompression[];
  /** Ours, encoded; `undefined` unless the handshake is QUIC's. */
  readonly transportParameters: Uint8Array | undefined;
}

/** Most bytes of ALPN protocols, lengths included: a hello has 2^16 for all its extensions. */
const MAX_ALPN_LENGTH = 2 ** 14;

/** Most wishes to renegotiate that a connection may be made to pass over. */
const MAX_RENEGOTIATIONS = 32;

/** Most algorithms that compress_certificate has room for (RFC 8879 section 3). */
const MAX_COMPRESSION_ALGORITHMS = 127;

/**
 * Fills in defaults.
 * @param transportParameters given where QUIC carries the handshake.
 * @throws TlsError BAD_CONFIGURATION
 */
export function settings(
  config: CommonConfig & Pick<ClientConfig, 'legacy'>,
  transportParameters?: Uint8Array,
): Settings {
  if ('transportParameters' in config) throw badConfiguration('transportParameters are for QUIC, and this is not');
  const chosen = algorithms(config, transportParameters !== undefined);
  checkAlpn(config.alpn ?? []);
  if (transportParameters !== undefined && (config.alpn ?? []).length === 0) throw badConfiguration('QUIC needs alpn');
  // Without a way to protect packet headers (RFC 9001 section 5.3).
  if (transportParameters !== undefined && chosen.suites.some(({ aead }) => aead.endsWith('-ccm-8'))) {
    throw badConfiguration('QUIC has no TLS_AES_128_CCM_8_SHA256');
  }
  checkCompression(config.certificateCompression ?? []);
  checkNumber('recordSizeLimit', config.recordSizeLimit, 64, MAX_PLAINTEXT + 1);
  checkNumber('maxFragment', config.maxFragment, 64, MAX_PLAINTEXT);
  checkNumber('padTo', config.padTo, 1, MAX_PLAINTEXT + 1);
  checkNumber('maxChain.certificates', config.maxChain?.certificates, 1, MAX_CHAIN_LENGTH);
  checkNumber('maxChain.bytes', config.maxChain?.bytes, 1, MAX_CERTIFICATE_MESSAGE_LENGTH);
  checkNumber('maxRenegotiations', config.maxRenegotiations, 0, MAX_RENEGOTIATIONS);
  checkNumber('keyUpdateAfter', config.keyUpdateAfter, 1, Number.MAX_SAFE_INTEGER);
  return {
    ...chosen,
    allocate: config.allocate ?? allocate,
    alpn: config.alpn ?? [],
    certificateCompression: config.certificateCompression ?? [],
    transportParameters,
  };
}

/** Checks protocols, with the alert for a peer that waits already. @throws TlsError BAD_CONFIGURATION */
export function checkAlpn(protocols: readonly string[], alert: AlertName | null = null): void {
  const length = protocols.reduce((sum, protocol) => sum + 1 + protocol.length, 0);
  if (length > MAX_ALPN_LENGTH) throw badConfiguration(`alpn takes ${length} bytes, at most ${MAX_ALPN_LENGTH}`, alert);
  for (const protocol of protocols) {
    if (protocol.length === 0 || protocol.length > 255 || /[^\x20-\x7e]/.test(protocol)) {
      throw badConfiguration(`ALPN protocol ${JSON.stringify(protocol)} is not 1 to 255 ASCII characters`, alert);
    }
  }
}

function checkCompression(codecs: readonly CertificateCompression[]): void {
  const codes = codecs.map(({ algorithm }) => algorithm);
  for (const code of codes) checkNumber('certificateCompression algorithm', code, 1, 2 ** 16 - 1);
  if (new Set(codes).size < codes.length || codes.length > MAX_COMPRESSION_ALGORITHMS) {
    throw badConfiguration(`certificateCompression has an algorithm twice, or more than ${MAX_COMPRESSION_ALGORITHMS}`);
  }
}

/** @throws TlsError BAD_CONFIGURATION for what is given and no whole number in the range */
export function checkNumber(name: string, value: number | undefined, min: number, max: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return;
  throw badConfiguration(`${name} is ${value}, expected a whole number from ${min} to ${max}`);
}
