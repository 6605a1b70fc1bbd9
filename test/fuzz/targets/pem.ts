/** Any text gives blocks that lie in it, in order, or a PemError; what was read is written back to the same bytes. */
import { decodePem, encodePem, PemError } from '../../../src/asn1/index.ts';
import { equal, fromAscii, toLatin1 } from '../../../src/bytes/index.ts';
import { fuzzCredentials } from '../credentials.ts';
import { mutateBytes } from '../mutate.ts';
import { attempt, must, type Target } from '../target.ts';

/** PEM files. */
export const pem: Target = {
  name: 'pem',
  runs: 40_000,
  seeds() {
    const { server, client } = fuzzCredentials();
    const files = [
      server.chain.map((der) => encodePem('CERTIFICATE', der)).join('subject: x\n'),
      client.chain.map((der) => encodePem('X509 CRL', der).replaceAll('\n', '\r\n')).join(''),
      encodePem('A', new Uint8Array(0)) + encodePem('B C', Uint8Array.of(1)) + encodePem('D', Uint8Array.of(1, 2)),
      '-----BEGIN A-----\n-----BEGIN B-----\n-----END A-----\n',
    ];
    return files.map(fromAscii);
  },
  mutations: [mutateBytes],
  check(input) {
    const text = toLatin1(input);
    const { error, value } = attempt([PemError], () => decodePem(text));
    const spans = error === undefined ? value.map(({ span }) => span) : [error.span];
    let at = 0;
    for (const { start, end } of spans) {
      must(at <= start && start <= end && end <= text.length, `a block at ${start}..${end}`);
      at = end;
    }
    if (error !== undefined) return /inside|without|after|not base64|no end/.exec(error.message)?.[0] ?? error.message;
    for (const { label, bytes } of value) {
      const [again] = decodePem(encodePem(label, bytes));
      must(again !== undefined && again.label === label && equal(again.bytes, bytes), `${label} reads otherwise`);
    }
    return `${Math.min(value.length, 3)} blocks`;
  },
};
