/** `hellofin cert` as a child process: the tree, PEM, JSON, exit codes. */
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createRepository } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseRuns } from '../../src/cli/run-file.ts';
import { paint } from '../../src/cli/terminal.ts';
import { chainLines, judge } from '../../src/diagnose/index.ts';
import { type Lab, startLab } from '../../src/lab/index.ts';
import { startNameServer } from '../../src/lab/name-server.ts';
import { createHttp2Server } from '../../src/node/index.ts';
import { chainsOf } from '../../src/node/probe/index.ts';
import { requirePeer, run, startOpensslServer, tempDir } from '../support/peers.ts';
import { type TestCertificate, testCa } from '../support/pki.ts';
import { hellofin, parseDocument } from './command.ts';

const openssl = requirePeer('openssl');
const servers: Server[] = [];
let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    only: [
      'healthy',
      'expired',
      'wrong-name',
      'no-intermediate',
      'unknown-issuer',
      'self-signed',
      'refused',
      'plain-http',
    ],
  });
});

afterAll(async () => {
  for (const server of servers) server.close();
  await lab.close();
});

function cert(id: string, ...flags: string[]) {
  const { target } = lab.endpoint(id);
  return hellofin(['cert', target, '--ca', lab.caFile, '--resolver', lab.resolver, ...flags]);
}

function listen(server: Server): Promise<number> {
  servers.push(server);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

/** Certificates of PEM text, in its order. */
function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----\n/g) ?? [];
  expect(blocks.join('')).toBe(pem);
  return blocks.map((block) => new X509Certificate(block));
}

describe('the screen', () => {
  test('shows where each certificate comes from', async () => {
    const { code, stdout, stderr } = await cert('no-intermediate');
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/^✖ elder\.example:\d+ fails in some clients: intermediate not sent\n/);
    expect(stdout).toMatch(/^ {2}127\.0\.0\.1:\d+, 1 certificate sent$/m);
    expect(stdout).toMatch(/^ {2}elder\.example +served, number 1$/m);
    expect(stdout).toMatch(/^ {2}└ Lab Intermediate +fetched from http:\/\/127\.0\.0\.1:\d+\/\S+$/m);
    expect(stdout).toMatch(/^ {4}└ Lab Root +trusted, not sent$/m);
    expect(stdout).toMatch(/^ {4}valid {4}\d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d, 59 of 90 days left \(6\d %\)$/m);
    expect(stdout).toMatch(/^ {4}key {6}P-256, signed with ecdsaWithSHA256$/m);
    expect(stdout).toContain('error[CHAIN_INCOMPLETE]: 1 certificate sent, 2 needed');
  });

  test('has the fingerprints that others compute', async () => {
    const { stdout } = await cert('healthy');
    const { stdout: pem } = await cert('healthy', '--pem');
    for (const certificate of certificatesIn(pem)) {
      expect(stdout).toContain(certificate.fingerprint256.replaceAll(':', '').toLowerCase());
    }
    expect(stdout).toMatch(/^✔ amber\.example:\d+ healthy/);
    expect(stdout).not.toContain('HTTP');
  });

  test('-v adds subject and serial number; --plain is ASCII; NO_COLOR and --color are honoured', async () => {
    const { stdout } = await cert('healthy', '-v', '--plain');
    expect(stdout).toMatch(/^ {4}serial {3}[0-9a-f]{32}$/m);
    expect(stdout).toMatch(/^ {4}subject {2}CN=amber\.example$/m);
    expect(stdout).toContain('  `- Lab Intermediate');
    expect([...stdout].every((sign) => sign === '\n' || (sign >= ' ' && sign <= '~'))).toBe(true);
    expect((await cert('healthy', '--color', 'always')).stdout).toContain('\u001b[');
  });

  test('-q is the line of what is not healthy', async () => {
    expect((await cert('healthy', '-q')).stdout).toBe('');
    expect((await cert('expired', '-q')).stdout).toMatch(/^✖ \S+ fails: certificate expired 3 days ago\n$/);
  });

  /** Two addresses of one name, with a server for each of these certificates, in the order of the addresses. */
  async function twoAddresses(first: TestCertificate, second: TestCertificate, run: (args: string[]) => Promise<void>) {
    const create = ({ cert, key }: TestCertificate) => createHttp2Server({ cert, key }, () => undefined);
    const port = await listen(create(first) as unknown as Server);
    const other = create(second) as unknown as Server;
    servers.push(other);
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.2', () => resolve()));
    const names = await startNameServer(new Map([['localhost', { a: ['127.0.0.1', '127.0.0.2'] }]]));
    await run([`localhost:${port}`, '--resolver', names.url]);
    await names.close();
  }

  test('one chain for addresses that send the same', async () => {
    const issued = testCa().issue({ names: ['localhost'] });
    await twoAddresses(issued, issued, async (args) => {
      const { stdout } = await hellofin(['cert', ...args]);
      expect(stdout).toMatch(/^ {2}127\.0\.0\.1:(\d+) and 127\.0\.0\.2:\1, 1 certificate sent$/m);
    });
  });

  test('each chain where they differ; PEM is that of the first, and says so', async () => {
    const ca = testCa();
    const [first, second] = [ca.issue({ names: ['localhost'] }), ca.issue({ names: ['localhost'] })];
    await twoAddresses(first, second, async (args) => {
      const { stdout } = await hellofin(['cert', ...args]);
      expect(stdout.match(/, 1 certificate sent$/gm)).toHaveLength(2);
      const pem = await hellofin(['cert', ...args, '--pem']);
      expect(pem.stdout).toBe(first.cert);
      expect(pem.stderr).toMatch(/^hellofin: 127\.0\.0\.2:\d+ sends another chain, which --connect chooses; /m);
      const [target = ''] = args;
      const chosen = await hellofin(['cert', target, '--connect', target.replace('localhost', '127.0.0.2'), '--pem']);
      expect(chosen.stdout).toBe(second.cert);
    });
  });

  test('names cannot steer the terminal', async () => {
    const ca = testCa('Root \u001b[31mred');
    const { cert: chain, key } = ca.issue({
      commonName: 'a\u001b]0;b\u0007\u202e',
      names: ['x\u001b[2J.example', 'localhost'],
    });
    const port = await listen(createHttp2Server({ cert: chain, key }, () => undefined) as unknown as Server);
    for (const flags of [[], ['-v'], ['--plain'], ['--json'], ['--pem'], ['--full-chain']]) {
      const { stdout, stderr } = await hellofin(['cert', `localhost:${port}`, '-4', ...flags]);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    }
  });
});

describe('PEM', () => {
  test('--pem is the chain as it was sent', async () => {
    const { code, stdout, stderr } = await cert('healthy', '--pem');
    expect([code, stderr]).toEqual([0, '']);
    expect(certificatesIn(stdout).map(({ subject }) => subject)).toEqual(['CN=amber.example', 'CN=Lab Intermediate']);
  });

  test('--full-chain adds what was missing, and leaves the root out', async () => {
    const { code, stdout, stderr } = await cert('no-intermediate', '--full-chain');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^hellofin: elder\.example:\d+ fails in some clients: intermediate not sent\n$/);
    const [leaf, intermediate, ...others] = certificatesIn(stdout);
    expect(others).toEqual([]);
    expect([leaf?.subject, intermediate?.subject]).toEqual(['CN=elder.example', 'CN=Lab Intermediate']);
    if (intermediate !== undefined) expect(leaf?.verify(intermediate.publicKey)).toBe(true);
  });

  test.skipIf(openssl === undefined).each(['-tls1_3', '-tls1_2'])(
    'a server (%s) that sends it satisfies clients that are not ours',
    async (version) => {
      const ca = testCa('Pem Root');
      const middle = ca.intermediate('Pem Intermediate');
      const repository = createRepository((_, response) => response.end(middle.chain[0]));
      const caIssuers = [`http://127.0.0.1:${await listen(repository)}/`];
      const issued = middle.issue({ names: ['localhost'], caIssuers });
      const folder = tempDir();
      const [leaf, key, full, root] = ['leaf.pem', 'key.pem', 'full.pem', 'root.pem'].map((name) => join(folder, name));
      if (leaf === undefined || key === undefined || full === undefined || root === undefined)
        throw new Error('no path');
      writeFileSync(leaf, `${issued.cert.split('-----END')[0]}-----END CERTIFICATE-----\n`);
      writeFileSync(key, issued.key);
      writeFileSync(root, ca.cert);
      const broken = await startOpensslServer([version, '-key', key, '-cert', leaf]);
      try {
        const { stdout } = await hellofin([
          'cert',
          `localhost:${broken.port}`,
          '-4',
          '--ca',
          root,
          '--full-chain',
          '-o',
          full,
        ]);
        expect([stdout, certificatesIn(readFileSync(full, 'utf8')).length]).toEqual(['', 2]);
      } finally {
        await broken.stop();
      }
      const fixed = await startOpensslServer([version, '-key', key, '-cert', leaf, '-cert_chain', full]);
      try {
        const { code } = await hellofin([`localhost:${fixed.port}`, '-4', '--ca', root, '--no-http', '--offline']);
        expect(code).toBe(0);
        const client = ['s_client', '-connect', `127.0.0.1:${fixed.port}`, '-CAfile', root, '-verify_return_error'];
        expect((await run(openssl ?? '', client, { stdin: '' })).stdout).toContain('Verify return code: 0 (ok)');
      } finally {
        await fixed.stop();
      }
    },
  );

  test('where there is no chain to a trusted root nothing is printed', async () => {
    for (const id of ['unknown-issuer', 'self-signed']) {
      const { code, stdout, stderr } = await cert(id, '--full-chain');
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain('no chain to a trusted root was found');
    }
    const ignored = await cert('unknown-issuer', '--full-chain', '--ignore', 'UNKNOWN_ISSUER');
    expect([ignored.code, ignored.stdout]).toEqual([1, '']);
    expect((await cert('self-signed', '--pem')).stdout).toContain('BEGIN CERTIFICATE');
  });

  test('where no certificate came neither', async () => {
    for (const id of ['refused', 'plain-http']) {
      const { code, stdout, stderr } = await cert(id, '--pem');
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain('no certificate came');
    }
  });

  test('a trusted certificate that signed itself is its own full chain', async () => {
    const folder = tempDir();
    const { cert: pem } = testCa('localhost');
    const self = join(folder, 'self.pem');
    const { stdout: sent } = await cert('self-signed', '--pem');
    writeFileSync(self, sent + pem);
    const { code, stdout } = await cert('self-signed', '--full-chain', '--ca', self);
    expect([code, stdout]).toEqual([0, sent]);
  });
});

describe('JSON', () => {
  test('has the verdict of check, and the chains', async () => {
    const { code, stdout } = await cert('no-intermediate', '--json');
    expect(code).toBe(1);
    const [result] = parseDocument(stdout).results ?? [];
    expect(result).toMatchObject({
      status: 'findings',
      connections: 2,
      findings: [{ code: 'CHAIN_INCOMPLETE', proof: { kind: 'probe' } }],
      fetches: [{ status: 'found', certificates: 1, connection: 2 }],
      chains: [
        {
          sent: 1,
          certificates: [
            { depth: 0, sent: 0, trusted: false, names: ['elder.example'], key: 'P-256' },
            { depth: 1, url: expect.stringMatching(/^http:/), trusted: false, name: 'Lab Intermediate' },
            { depth: 2, trusted: true, selfIssued: true, name: 'Lab Root' },
          ],
        },
      ],
    });
  });

  test('check tells the fetches too', async () => {
    const { target } = lab.endpoint('no-intermediate');
    const args = [target, '--ca', lab.caFile, '--resolver', lab.resolver];
    const { stdout } = await hellofin([...args, '--json']);
    expect(parseDocument(stdout).results).toMatchObject([{ connections: 2, fetches: [{ status: 'found' }] }]);
    const text = await hellofin([...args, '-v']);
    expect(text.stdout).toMatch(/^ {2}fetch 2, http:\/\/127\.0\.0\.1:\d+\/\S+: 1 certificate$/m);
    expect(text.stdout).toMatch(/^ {2}2 connections$/m);
  });
});

describe('a saved run', () => {
  test('holds what was fetched, so that it is judged and shown the same offline', async () => {
    const file = join(tempDir(), 'run.json');
    const live = await cert('no-intermediate', '--save', file);
    parseDocument(readFileSync(file, 'utf8'));
    const again = await hellofin(['explain', file, '-q']);
    expect(live.stdout).toContain(again.stdout);
    expect(again.code).toBe(1);
    const [saved] = parseRuns(readFileSync(file, 'utf8'), file);
    if (saved === undefined) throw new Error('no run');
    const lines = chainLines(chainsOf(judge(saved)), { clock: saved.clock, verbose: false });
    expect(live.stdout).toContain(paint(lines, { color: false, plain: false }));
  });

  test('with --offline nothing is fetched', async () => {
    const { code, stdout } = await cert('no-intermediate', '--offline');
    expect(code).toBe(1);
    expect(stdout).toContain('error[UNKNOWN_ISSUER]');
    expect(stdout).toMatch(/which was\s+not\s+fetched\s+\(--offline\)/);
    expect(stdout).not.toContain('└');
  });
});

describe('exit codes', () => {
  test.each<[string, string[], number]>([
    ['healthy', [], 0],
    ['expired', [], 1],
    ['expired', ['--at', '-30d'], 0],
    ['expired', ['--ignore', 'CERT_EXPIRED'], 0],
    ['healthy', ['--expiry', '80d', '--fail-on', 'warning'], 1],
    ['wrong-name', [], 1],
    ['healthy', ['--sni', 'other.example'], 1],
    ['healthy', ['--pem', '--full-chain'], 2],
    ['healthy', ['--pem', '--json'], 2],
    ['healthy', ['-o', 'no/such/folder/x'], 2],
    ['healthy', ['--save', 'no/such/folder/x'], 2],
    ['healthy', ['-4', '-6'], 2],
    ['healthy', ['--timeout', 'soon'], 2],
  ])('%s %j: %i', async (id, flags, code) => {
    expect((await cert(id, ...flags)).code).toBe(code);
  });

  test('could not look', async () => {
    const { code } = await hellofin(['cert', 'shop.example', '--resolver', 'udp://127.0.0.1:9', '--timeout', '1s']);
    expect(code).toBe(3);
  });

  test('no file is left behind by a command line that is wrong', async () => {
    const file = join(tempDir(), 'out.pem');
    await cert('healthy', '--timeout', 'soon', '-o', file);
    expect(() => statSync(file)).toThrow(/ENOENT/);
  });
});

test('a server that says nothing of certificates has none', async () => {
  const port = await listen(createServer((socket) => socket.end()));
  const { code, stdout } = await hellofin(['cert', `localhost:${port}`, '-4', '--timeout', '1s']);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^✖ localhost:\d+ fails/);
});
