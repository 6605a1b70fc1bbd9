/** check --versions: what each version asked for alone gets, against openssl and against servers made of bytes. */
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { exitCodeOf, type Report, reportText } from '../../src/diagnose/index.ts';
import { versionsOf } from '../../src/diagnose/versions.ts';
import { check } from '../../src/node/probe/index.ts';
import { decodeMessage, supportedVersions, VERSIONS } from '../../src/tls/wire.ts';
import { requirePeer, run, runOpenssl, startOpensslServer, tempDir } from '../support/peers.ts';

const openssl = requirePeer('openssl');

/** `1.3 1.2 -1.1 ?1.0`: spoken, refused, not known. */
function spoken({ facts }: Report): string {
  const [address] = facts.addresses;
  const list = address === undefined ? [] : (versionsOf(address)?.list ?? []);
  return list
    .map(
      ({ version, isSupported }) =>
        `${isSupported === undefined ? '?' : isSupported ? '' : '-'}${version.substring(4)}`,
    )
    .join(' ');
}

function codes({ findings }: Report): string[] {
  return findings.map(({ code }) => code);
}

describe.skipIf(openssl === undefined)('openssl s_server', () => {
  let key: string;
  let certificate: string;

  beforeAll(async () => {
    const folder = tempDir();
    [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const files = ['-keyout', key, '-out', certificate];
    const made = await runOpenssl([
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      ...files,
      '-days',
      '90',
      ...subject,
    ]);
    if (made.code !== 0) throw new Error(made.stderr);
  });

  async function ask<T>(server: readonly string[], read: (report: Report) => T | Promise<T>): Promise<T> {
    const peer = await startOpensslServer(['-key', key, '-cert', certificate, ...server]);
    try {
      const ca = readFileSync(certificate, 'utf8');
      const options = { ca, caFile: certificate, sni: 'localhost', http: false, versions: true };
      return await read(await check(`127.0.0.1:${peer.port}`, options));
    } finally {
      await peer.stop();
    }
  }

  const OLD = ['-cipher', 'ALL:@SECLEVEL=0'];

  test.each<[string, string[], string, string | undefined, string[]]>([
    ['TLS 1.2 and 1.3', [], '1.3 1.2 -1.1 -1.0 -3.0', 'TLS 1.3', []],
    ['everything', [...OLD, '-min_protocol', 'TLSv1'], '1.3 1.2 1.1 1.0 -3.0', 'TLS 1.3', ['OLD_VERSION_ENABLED']],
    ['TLS 1.3 alone', ['-tls1_3'], '1.3 -1.2 -1.1 -1.0 -3.0', 'TLS 1.3', ['TLS12_NOT_SUPPORTED']],
    ['TLS 1.2 alone', ['-tls1_2'], '-1.3 1.2 -1.1 -1.0 -3.0', 'TLS 1.2', ['TLS13_NOT_SUPPORTED']],
    [
      'TLS 1.1 alone',
      ['-tls1_1', ...OLD],
      '-1.3 -1.2 1.1 -1.0 -3.0',
      'TLS 1.1',
      ['NO_COMMON_VERSION', 'OLD_VERSION_ENABLED'],
    ],
    [
      'TLS 1.0 to 1.2',
      [...OLD, '-min_protocol', 'TLSv1', '-max_protocol', 'TLSv1.2'],
      '-1.3 1.2 1.1 1.0 -3.0',
      'TLS 1.2',
      ['OLD_VERSION_ENABLED', 'TLS13_NOT_SUPPORTED'],
    ],
  ])('%s', async (_, server, expected, preferred, findings) => {
    await ask(server, (report) => {
      expect(spoken(report)).toBe(expected);
      expect(codes(report)).toEqual(findings);
      const [address] = report.facts.addresses;
      expect(address === undefined ? undefined : versionsOf(address)?.preferred?.version).toBe(preferred);
    });
  });

  test('old versions are a warning with the bytes that prove each, and the commands show them', async () => {
    await ask([...OLD, '-min_protocol', 'TLSv1'], async (report) => {
      expect([exitCodeOf(report, 'error'), exitCodeOf(report, 'warning')]).toEqual([0, 1]);
      const [finding] = report.findings;
      expect(finding?.evidence.map((one) => (one.kind === 'bytes' ? [...one.bytes.subarray(4, 6)] : one.kind))).toEqual(
        [
          [3, 2],
          [3, 1],
        ],
      );
      expect(finding?.proof.connections.length).toBe(2);
      const printed: string[] = [];
      for (const command of finding?.reproduce ?? []) printed.push((await run('sh', ['-c', command])).stdout);
      expect(printed).toEqual([
        expect.stringMatching(/^ *Protocol *: TLSv1\.1$/m),
        expect.stringMatching(/^ *Protocol *: TLSv1$/m),
      ]);
    });
  });

  test('what the screen says of it', async () => {
    await ask([], (report) => {
      expect(reportText(report)).toContain('VERS  ✔ 1.3 preferred · 1.2 · not 1.1, 1.0, SSL 3.0');
    });
  });

  test('no more connections than allowed: what was not asked is told as not measured', async () => {
    const peer = await startOpensslServer(['-key', key, '-cert', certificate]);
    try {
      const options = { ca: readFileSync(certificate, 'utf8'), sni: 'localhost', http: false, versions: true };
      const report = await check(`127.0.0.1:${peer.port}`, { ...options, maxConnections: 4 });
      expect(reportText(report)).toMatch(/VERS .* · not measured .*SSL 3\.0$/m);
      expect(report.facts.connections).toBe(4);
      expect(spoken(report)).toBe('1.3 1.2 -1.1');
    } finally {
      await peer.stop();
    }
  });
});

/** What a server made of bytes answers to a ClientHello that offers at most `version`, and TLS 1.3 alone as 1.3. */
type Answer = (offered: number, socket: Socket, isAlone: boolean) => void;

async function against(answer: Answer): Promise<Report> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (record) => {
      // Other causes are looked for in other protocols.
      if (record[0] !== 22) return void socket.end();
      const hello = decodeMessage(1, record.subarray(5, 5 + record.readUInt16BE(3)));
      if (hello.type !== 'client_hello') return;
      const versions = hello.extensions.get(supportedVersions.clientHello) ?? [hello.legacyVersion];
      answer(Math.max(...versions), socket, versions.length === 1);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  try {
    return await check(`127.0.0.1:${port}`, { sni: 'localhost', http: false, versions: true, timeout: 1_500 });
  } finally {
    server.close();
  }
}

/** A ServerHello of a version, in a record. */
function serverHello(version: number): Uint8Array {
  const isTls13 = version === VERSIONS.tls13;
  const legacy = isTls13 ? VERSIONS.tls12 : version;
  const extensions = isTls13 ? [0, 6, 0, 43, 0, 2, 3, 4] : [];
  const body = [
    legacy >> 8,
    legacy & 0xff,
    ...new Array<number>(32).fill(5),
    0,
    isTls13 ? 0x13 : 0,
    isTls13 ? 1 : 0x2f,
    0,
  ];
  const all = [...body, ...extensions];
  return Uint8Array.from([22, 3, 1, 0, 4 + all.length, 2, 0, 0, all.length, ...all]);
}

const alert = (code: number) => Uint8Array.of(21, 3, 0, 0, 2, 2, code);

describe('servers made of bytes', () => {
  test('SSL 3.0 is spoken', async () => {
    const report = await against((offered, socket) =>
      socket.end(offered === VERSIONS.ssl3 ? serverHello(VERSIONS.ssl3) : alert(40)),
    );
    expect(spoken(report)).toBe('-1.3 -1.2 -1.1 -1.0 3.0');
    const finding = report.findings.find(({ code }) => code === 'OLD_VERSION_ENABLED');
    expect(finding?.title).toBe('SSL 3.0 is enabled, which RFC 7568 forbids');
    // openssl has no flag for it any more.
    expect(finding?.reproduce).toEqual([]);
  });

  test('silence is not measured, and an end without a word is a refusal where other versions are answered', async () => {
    const report = await against((offered, socket) => {
      if (offered === VERSIONS.tls13 || offered === VERSIONS.tls12) socket.end(serverHello(offered));
      else if (offered === VERSIONS.tls11) socket.end();
      else if (offered === VERSIONS.ssl3) socket.destroy();
    });
    expect(spoken(report)).toBe('1.3 1.2 -1.1 ?1.0 -3.0');
  });

  test('where nothing is answered nothing is known', async () => {
    const report = await against((_, socket) => socket.end());
    expect(spoken(report)).toBe('?1.3 ?1.2 ?1.1 ?1.0 ?3.0');
    expect(reportText(report)).toContain('VERS  ? not measured 1.3, 1.2, 1.1, 1.0, SSL 3.0');
  });

  test('refusals that are not about the version say nothing where there is no other answer', async () => {
    expect(spoken(await against((_, socket) => socket.end(alert(112))))).toBe('?1.3 ?1.2 ?1.1 ?1.0 ?3.0');
    expect(spoken(await against((_, socket) => socket.end(alert(70))))).toBe('-1.3 -1.2 -1.1 -1.0 -3.0');
  });

  test('an error of SSL 2 is no answer', async () => {
    const report = await against((offered, socket) =>
      socket.end(offered === VERSIONS.tls13 ? serverHello(offered) : Uint8Array.of(0x80, 3, 0, 0, 1)),
    );
    expect(spoken(report)).toBe('1.3 ?1.2 ?1.1 ?1.0 ?3.0');
  });

  test('a server that has TLS 1.3 and chooses TLS 1.2', async () => {
    const report = await against((offered, socket, isAlone) =>
      socket.end(serverHello(isAlone ? offered : VERSIONS.tls12)),
    );
    expect(codes(report)).toContain('TLS13_NOT_PREFERRED');
    expect(codes(report)).not.toContain('TLS13_NOT_SUPPORTED');
    const finding = report.findings.find(({ code }) => code === 'TLS13_NOT_PREFERRED');
    expect(finding?.title).toBe('the server has TLS 1.3 and chooses TLS 1.2 where both are offered');
    expect(finding?.evidence[0]).toMatchObject({ kind: 'bytes', mark: { start: 4, end: 6 } });
  });

  test('an older answer is the answer of that version', async () => {
    const report = await against((_, socket) => socket.end(serverHello(VERSIONS.tls10)));
    expect(spoken(report)).toBe('-1.3 -1.2 -1.1 1.0 -3.0');
  });
});
