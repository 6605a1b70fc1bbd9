/**
 * Any bytes that answer a probe are read without an error, in one piece as byte by byte; what is kept of them is bounded,
 * messages and fields lie inside, and whether a key was shown is always said.
 */
import { nodeCrypto } from '../../../src/crypto/node/index.ts';
import { proveKey } from '../../../src/diagnose/index.ts';
import { readAnswer } from '../../../src/diagnose/probes/answer.ts';
import { AnswerReader } from '../../../src/diagnose/probes/answer-reader.ts';
import { changeOf } from '../../../src/diagnose/probes/change.ts';
import { type Flight, FlightReader, MAX_FLIGHT, readFlight } from '../../../src/diagnose/probes/flight.ts';
import { encodeTls12CertificateRequest } from '../../../src/tls/messages/tls12/certificate-request.ts';
import { encodeCertificateStatus } from '../../../src/tls/messages/tls12/certificate-status.ts';
import {
  CIPHER_SUITES,
  encodeServerHello,
  encodeServerHelloDone,
  encodeServerKeyExchange,
  encodeServerKeyParams,
  encodeTls12Certificate,
  SIGNATURE_SCHEMES,
  VERSIONS,
} from '../../../src/tls/wire.ts';
import { selfSigned } from '../../support/credentials.ts';
import { mutateBytes } from '../mutate.ts';
import { must, type Target } from '../target.ts';
import { checkFields } from './messages.ts';

const clientHello = new Uint8Array(64).fill(1);

function check(input: Uint8Array): string {
  readAnswer(input);
  const flight = readFlight(input);
  const inPieces = new FlightReader();
  for (let at = 0; at < input.length; at += 7) inPieces.push(input.subarray(at, at + 7));
  must(summary(inPieces.flight) === summary(flight), `${summary(inPieces.flight)} in pieces, ${summary(flight)} whole`);
  const reader = new AnswerReader(changeOf('versions:1.2'));
  reader.push(input);
  must(reader.received.length <= MAX_FLIGHT, `${reader.received.length} bytes kept`);
  if (flight === undefined) return 'none';
  for (const { bytes, fields } of flight.messages) checkFields(fields, { start: 0, end: bytes.length });
  const { status, reason } = proveKey(clientHello, flight, nodeCrypto);
  must(reason !== '', 'no reason');
  return `${summary(flight)}: ${status}`;
}

function summary(flight: Flight | undefined): string {
  if (flight === undefined) return 'none';
  const { messages, problem, alert, isComplete } = flight;
  return `${messages.length} messages${isComplete ? ', complete' : ''}${alert === undefined ? '' : ', alert'}, ${problem?.code}`;
}

/** Each message in a record of its own, and all in one. */
function inRecords(messages: readonly Uint8Array[]): Uint8Array[] {
  const record = (content: readonly number[]) => [22, 3, 3, content.length >> 8, content.length & 0xff, ...content];
  return [
    Uint8Array.from(messages.flatMap((message) => record([...message]))),
    Uint8Array.from(record(messages.flatMap((message) => [...message]))),
  ];
}

function seeds(): Uint8Array[] {
  const { chain, key } = selfSigned('secp256r1');
  const hello = (version: number, cipherSuite: number) =>
    encodeServerHello({
      ...{ legacyVersion: version, random: new Uint8Array(32), legacySessionIdEcho: new Uint8Array(0), cipherSuite },
      ...{ legacyCompressionMethod: 0, extensions: [] },
    });
  const signedParams = encodeServerKeyParams({ kind: 'ecdhe', group: 29, publicKey: new Uint8Array(32).fill(3) });
  const dhe = encodeServerKeyParams({
    ...{ kind: 'dhe', prime: new Uint8Array(128).fill(0xff), generator: Uint8Array.of(2) },
    publicKey: new Uint8Array(128).fill(7),
  });
  const data = Uint8Array.of(...clientHello.subarray(6, 38), ...new Uint8Array(32), ...signedParams);
  const signature = key.sign('ecdsa_secp256r1_sha256', data);
  const algorithm = SIGNATURE_SCHEMES.ecdsa_secp256r1_sha256;
  const request = { certificateTypes: [1, 64], signatureAlgorithms: [algorithm], certificateAuthorities: [] };
  const done = encodeServerHelloDone();
  return [
    [
      hello(VERSIONS.tls12, CIPHER_SUITES.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
      encodeTls12Certificate(chain),
      encodeCertificateStatus(new Uint8Array(20)),
      encodeServerKeyExchange({ signedParams, algorithm, signature }),
      encodeTls12CertificateRequest(request),
      done,
    ],
    [
      hello(VERSIONS.tls10, CIPHER_SUITES.TLS_DHE_RSA_WITH_AES_128_CBC_SHA),
      encodeTls12Certificate(chain),
      encodeServerKeyExchange({ signedParams: dhe, signature }),
      done,
    ],
    [hello(VERSIONS.ssl3, CIPHER_SUITES.TLS_RSA_WITH_AES_128_CBC_SHA), encodeTls12Certificate(chain), done],
  ].flatMap(inRecords);
}

/** What answers a ClientHello of TLS 1.2 or older. */
export const serverFlights: Target = {
  name: 'server-flight',
  runs: 20_000,
  seeds,
  mutations: [mutateBytes],
  check,
};
