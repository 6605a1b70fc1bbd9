/** Intermediates that were not sent: found where the certificates say, proved by validating with them, or not. */
import { createServer, type Server as HttpServer, type RequestListener } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseRuns, runsDocument } from '../../src/cli/run-file.ts';
import { judge, type Report, reportText } from '../../src/diagnose/index.ts';
import { startNameServer } from '../../src/lab/name-server.ts';
import { createHttp2Server } from '../../src/node/index.ts';
import { type CheckOptions, check } from '../../src/node/probe/index.ts';
import { type TestCa, type TestIssuance, testCa } from '../support/pki.ts';

const servers: (Server | HttpServer)[] = [];
const answers = new Map<string, RequestListener>();
const asked: string[] = [];
let repository: string;
let repositoryPort: number;

beforeAll(async () => {
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} for ${request.headers.host}`);
    const answer = answers.get(request.url ?? '');
    if (answer === undefined) response.writeHead(404).end('not here');
    else answer(request, response);
  });
  repositoryPort = await listen(server);
  repository = `http://127.0.0.1:${repositoryPort}`;
});

afterAll(() => {
  for (const server of servers) server.close();
});

function listen(server: Server | HttpServer): Promise<number> {
  servers.push(server);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

/** Publishes bytes under a path; the URL. */
function publish(path: string, body: Uint8Array | string): string {
  answers.set(path, (_, response) => response.end(body));
  return repository + path;
}

function only(ca: TestCa): Uint8Array {
  const [der] = ca.chain;
  if (der === undefined) throw new Error('no certificate');
  return der;
}

/** Checks a server that sends its leaf and nothing else. */
async function checkLeafOnly(
  ca: TestCa,
  issuance: TestIssuance,
  root: TestCa,
  options: CheckOptions = {},
): Promise<Report> {
  const { cert, key } = ca.issue(issuance);
  const leaf = `${cert.split('-----END CERTIFICATE-----')[0]}-----END CERTIFICATE-----\n`;
  const server = createHttp2Server({ cert: leaf, key }, (_request, response) => response.end());
  server.on('tlsClientError', () => undefined);
  const port = await listen(server as unknown as Server);
  return check(`localhost:${port}`, { ca: root.cert, caFile: 'ca.pem', families: [4], timeout: 20_000, ...options });
}

function codes({ findings }: Report): string[] {
  return findings.map(({ code }) => code);
}

/** A root and an intermediate below it. */
function hierarchy() {
  const root = testCa('Aia Root');
  return { root, intermediate: root.intermediate('Aia Intermediate') };
}

describe('an intermediate that is published', () => {
  test('is fetched, and the chain validates with it: that is the proof', async () => {
    const { root, intermediate } = hierarchy();
    const url = publish('/one.cer', only(intermediate));
    const report = await checkLeafOnly(intermediate, { caIssuers: [url] }, root);
    const [finding] = report.findings;
    expect(codes(report)).toEqual(['CHAIN_INCOMPLETE']);
    expect(report.facts.connections).toBe(2);
    expect(finding).toMatchObject({
      title: '1 certificate sent, 2 needed',
      proof: {
        kind: 'probe',
        changed: `certificates: as sent -> with Aia Intermediate from ${url}`,
        after: 'a path to Aia Root',
        connections: [1, 2],
      },
    });
    expect(finding?.summary).toMatch(/^localhost:\d+ fails in some clients: intermediate not sent$/);
    expect(finding?.fix.commands[0]).toMatch(
      /^hellofin cert localhost:\d+ --ca ca\.pem --full-chain > fullchain\.pem$/,
    );
    expect(asked.at(-1)).toBe(`GET /one.cer for 127.0.0.1:${repositoryPort}`);
    const screen = reportText(report);
    expect(screen).toContain('   | localhost ← Aia Intermediate ← Aia Root (trusted)\n');
    expect(screen).toContain(`   |             ^^^^^^^^^^^^^^^^ not sent; found by AIA ${url}\n`);
    expect(screen).toContain(
      '  note: OK where clients fetch or cache it; curl, Node, Java fail:\n        "unable to get',
    );
    expect(screen).toMatch(/ {2}proof: .* \(2 connections\)\n/);
  });

  test('is judged the same again from the saved run', async () => {
    const { root, intermediate } = hierarchy();
    const url = publish('/again.cer', only(intermediate));
    const report = await checkLeafOnly(intermediate, { caIssuers: [url] }, root);
    const [again] = parseRuns(runsDocument('test', [report.facts.run]), 'run.json');
    if (again === undefined) throw new Error('no run');
    expect(reportText(judge(again))).toBe(reportText(report));
    expect(codes(judge(again))).toEqual(['CHAIN_INCOMPLETE']);
  });

  test('may have an issuer that is published too, several steps up', async () => {
    const root = testCa('Deep Root');
    let authority = root;
    for (const name of ['First', 'Second', 'Third', 'Fourth']) {
      const url = publish(`/deep-${name}.cer`, only(authority));
      authority = authority.intermediate(name, { caIssuers: [url] });
    }
    const url = publish('/deep-leaf.cer', only(authority));
    const report = await checkLeafOnly(authority, { caIssuers: [url] }, root);
    expect(codes(report)).toEqual(['CHAIN_INCOMPLETE']);
    expect(report.findings[0]?.title).toBe('1 certificate sent, 5 needed');
    expect(report.findings[0]?.summary).toMatch(/intermediates not sent$/);
    expect(report.facts.connections).toBe(5);
  });

  test('more steps than that are not taken', async () => {
    const root = testCa('Deeper Root');
    let authority = root;
    for (const name of ['First', 'Second', 'Third', 'Fourth', 'Fifth']) {
      const url = publish(`/deeper-${name}.cer`, only(authority));
      authority = authority.intermediate(name, { caIssuers: [url] });
    }
    const url = publish('/deeper-leaf.cer', only(authority));
    const report = await checkLeafOnly(authority, { caIssuers: [url] }, root, { maxConnections: 99 });
    expect(codes(report)).toEqual(['UNKNOWN_ISSUER']);
    expect(report.facts.connections).toBe(5);
  });

  test('other faults of the chain are told beside it', async () => {
    const { root, intermediate } = hierarchy();
    const url = publish('/faults.cer', only(intermediate));
    const issuance = { caIssuers: [url], names: ['other.example'], validFrom: -30, validTo: -1 };
    const report = await checkLeafOnly(intermediate, issuance, root);
    expect(codes(report)).toEqual(['CHAIN_INCOMPLETE', 'CERT_EXPIRED', 'NAME_MISMATCH']);
  });

  test('two addresses need it fetched once', async () => {
    const { root, intermediate } = hierarchy();
    const url = publish('/twice.cer', only(intermediate));
    const { cert, key } = intermediate.issue({ caIssuers: [url] });
    const leaf = `${cert.split('-----END CERTIFICATE-----')[0]}-----END CERTIFICATE-----\n`;
    const create = () => createHttp2Server({ cert: leaf, key }, (_request, response) => response.end());
    const [first, second] = [create(), create()].map((server) => server.on('tlsClientError', () => undefined));
    if (first === undefined || second === undefined) throw new Error('no server');
    const port = await listen(first as unknown as Server);
    await new Promise<void>((resolve) => second.listen(port, '127.0.0.2', () => resolve()));
    servers.push(second as unknown as Server);
    const names = await startNameServer(new Map([['localhost', { a: ['127.0.0.1', '127.0.0.2'] }]]));
    const report = await check(`localhost:${port}`, { ca: root.cert, resolver: names.url, timeout: 20_000 });
    await names.close();
    expect(codes(report)).toEqual(['CHAIN_INCOMPLETE', 'CHAIN_INCOMPLETE']);
    expect(report.facts.connections).toBe(3);
    expect(report.findings[1]?.proof.connections).toEqual([2, 3]);
    expect(report.findings[1]?.fix.commands[0]).toContain(`--connect 127.0.0.2:${port}`);
  });

  test('by a name that the chosen resolver knows', async () => {
    const names = await startNameServer(
      new Map([
        ['localhost', { a: ['127.0.0.1'] }],
        ['aia.example', { a: ['127.0.0.1'] }],
      ]),
    );
    const { root, intermediate } = hierarchy();
    publish('/name.cer', only(intermediate));
    const caIssuers = [`http://aia.example:${repositoryPort}/name.cer`];
    const report = await checkLeafOnly(intermediate, { caIssuers }, root, { resolver: names.url });
    await names.close();
    expect(codes(report)).toEqual(['CHAIN_INCOMPLETE']);
    expect(asked.at(-1)).toBe(`GET /name.cer for aia.example:${repositoryPort}`);
  });

  test('after a redirect', async () => {
    const { root, intermediate } = hierarchy();
    publish('/moved.cer', only(intermediate));
    answers.set('/old.cer', (_, response) => response.writeHead(301, { location: '/moved.cer' }).end());
    const report = await checkLeafOnly(intermediate, { caIssuers: [`${repository}/old.cer`] }, root);
    expect(codes(report)).toEqual(['CHAIN_INCOMPLETE']);
    expect(report.facts.connections).toBe(3);
    expect(report.findings[0]?.evidence[0]).toMatchObject({ caption: expect.stringContaining('/moved.cer') });
  });

  test('at the second place where the first has nothing', async () => {
    const { root, intermediate } = hierarchy();
    const url = publish('/second.cer', only(intermediate));
    const report = await checkLeafOnly(intermediate, { caIssuers: [`${repository}/nothing.cer`, url] }, root);
    expect(codes(report)).toEqual(['CHAIN_INCOMPLETE']);
    expect(report.facts.connections).toBe(3);
  });

  test('as PEM, and beside others that do not belong', async () => {
    const { root, intermediate } = hierarchy();
    const url = publish('/pem.cer', testCa('Stranger').cert + intermediate.cert);
    expect(codes(await checkLeafOnly(intermediate, { caIssuers: [url] }, root))).toEqual(['CHAIN_INCOMPLETE']);
  });
});

describe('an issuer that is not to be had', () => {
  /** Checks a chain whose issuer is said to be at these places. */
  async function checkWith(caIssuers: readonly string[], options: CheckOptions = {}): Promise<Report> {
    const { root, intermediate } = hierarchy();
    const report = await checkLeafOnly(intermediate, { caIssuers }, root, options);
    expect(codes(report)).toEqual(['UNKNOWN_ISSUER']);
    return report;
  }

  function notesOf({ findings }: Report): string {
    return findings.flatMap(({ notes }) => notes).join('\n');
  }

  test('with --offline nothing is fetched', async () => {
    const before = asked.length;
    const report = await checkWith([`${repository}/one.cer`], { offline: true });
    expect([asked.length, report.facts.connections]).toEqual([before, 1]);
    expect(notesOf(report)).toContain(`${repository}/one.cer, which was not fetched (--offline)`);
  });

  test('when no connection is left', async () => {
    const report = await checkWith([`${repository}/one.cer`], { maxConnections: 1 });
    expect(report.facts.connections).toBe(1);
    expect(notesOf(report)).toContain('/one.cer, which was not fetched');
  });

  test.each<[string, RequestListener, RegExp]>([
    ['not found', (_, response) => response.writeHead(404).end(), /HTTP 404/],
    ['an error page', (_, response) => response.end('<html>\u001b[31m</html>'), /no certificate in \d+ bytes/],
    ['nothing', (_, response) => response.end(), /no certificate in 0 bytes/],
    ['too much', (_, response) => response.end(Buffer.alloc(2 ** 17)), /more than 65536 bytes/],
    ['an answer that never ends', (_, response) => response.writeHead(200).write('x'), /no answer in time/],
    ['no answer', () => undefined, /no answer in time/],
    ['a reset', (request) => request.socket.destroy(), /gave nothing/],
    ['another protocol', (request) => request.socket.end('SSH-2.0-x\r\n'), /gave nothing/],
    [
      'half an answer',
      (request) => request.socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx'),
      /gave nothing/,
    ],
    ['a redirect to nowhere', (_, response) => response.writeHead(302, { location: 'http://[' }).end(), /HTTP 302/],
    [
      'a redirect to https',
      (_, response) => response.writeHead(302, { location: 'https://localhost/' }).end(),
      /https/,
    ],
    [
      'a redirect into the internet of others',
      (_, response) => response.writeHead(302, { location: 'http://10.0.0.1/' }).end(),
      /10\.0\.0\.1, a private address/,
    ],
    ['a loop', (request, response) => response.writeHead(302, { location: request.url }).end(), /HTTP 302/],
  ])('%s', async (name, answer, note) => {
    const path = `/fault/${encodeURIComponent(name)}`;
    answers.set(path, answer);
    const timeout = String(note).includes('in time') ? 2_000 : 20_000;
    const report = await checkWith([repository + path], { timeout });
    expect(notesOf(report)).toMatch(note);
    expect(report.facts.connections).toBe(2);
    expect(reportText(report)).not.toContain('\u001b');
  });

  test('redirects without end', async () => {
    for (let i = 0; i < 20; i++) {
      answers.set(`/hop/${i}`, (_, response) => response.writeHead(307, { location: `/hop/${i + 1}` }).end());
    }
    expect((await checkWith([`${repository}/hop/0`], { maxConnections: 99 })).facts.connections).toBe(5);
  });

  test.each([
    ['ldap://127.0.0.1/cn=ca', /only http is fetched, not ldap/],
    ['https://127.0.0.1/ca.cer', /only http is fetched, not https/],
    ['file:///etc/passwd', /only http is fetched, not file/],
    ['not a url', /not a URL/],
    ['http://user:password@127.0.0.1/', /a URL with a user name/],
    [`http://127.0.0.1/${'x'.repeat(3_000)}`, /more than 2048 characters/],
    ['http://169.254.169.254/latest/meta-data/', /169\.254\.169\.254, a link-local address/],
    ['http://10.1.2.3/ca.cer', /10\.1\.2\.3, a private address/],
    ['http://[::ffff:10.1.2.3]/ca.cer', /other family/],
    ['http://0/ca.cer', /0\.0\.0\.0, a reserved address/],
    ['http://nobody.invalid/ca.cer', /nobody\.invalid has no address/],
  ])('%s is not fetched', async (url, note) => {
    const report = await checkWith([url]);
    expect(report.facts.connections).toBe(1);
    expect(notesOf(report)).toMatch(note);
  });

  test('a place where nothing listens', async () => {
    expect(notesOf(await checkWith(['http://127.0.0.1:9/ca.cer']))).toContain('connection refused');
  });

  test('silent places are not waited for one after the other', async () => {
    const caIssuers = ['a', 'b', 'c'].map((name) => `${repository}/silent?${name}`);
    for (const name of ['a', 'b', 'c']) answers.set(`/silent?${name}`, () => undefined);
    const report = await checkWith(caIssuers, { timeout: 2_000 });
    expect(report.facts.connections).toBe(3);
    expect(notesOf(report)).toMatch(/silent\?c, which was not fetched$/m);
  });

  test('hundreds of places are not all asked', async () => {
    const caIssuers = Array.from({ length: 300 }, (_, index) => `${repository}/many/${index}.cer`);
    expect((await checkWith(caIssuers, { maxConnections: 99 })).facts.connections).toBe(4);
  });

  test('a certificate that is not the issuer', async () => {
    const report = await checkWith([publish('/stranger.cer', only(testCa('Stranger')))]);
    expect(notesOf(report)).toContain('/stranger.cer gives certificates, none of which is the issuer');
    expect(notesOf(report)).not.toContain('without fetching it');
  });

  test('an issuer of the same name with another key', async () => {
    const report = await checkWith([
      publish('/namesake.cer', only(testCa('Aia Root').intermediate('Aia Intermediate'))),
    ]);
    expect(report.facts.connections).toBe(2);
  });

  test('one that leads to a root that is not trusted', async () => {
    const root = testCa('Aia Root');
    const rootUrl = publish('/private-root.cer', only(root));
    const upper = root.intermediate('Aia Upper', { caIssuers: [rootUrl] });
    const url = publish('/upper.cer', only(upper));
    const report = await checkLeafOnly(upper, { caIssuers: [url] }, testCa('Another Root'));
    expect(codes(report)).toEqual(['UNKNOWN_ISSUER']);
    expect(notesOf(report)).toContain(
      'with what was fetched: the chain ends in CN=Aia Root, which is not a trusted root',
    );
  });

  test('an expired one', async () => {
    const root = testCa('Late Root');
    const intermediate = root.intermediate('Late Intermediate', { validFrom: -30, validTo: -1 });
    const url = publish('/late.cer', only(intermediate));
    const report = await checkLeafOnly(intermediate, { caIssuers: [url] }, root);
    expect(codes(report)).toEqual(['UNKNOWN_ISSUER']);
    expect(notesOf(report)).toMatch(/with what was fetched: CN=Late Intermediate: /);
  });
});

test('a chain that is complete has nothing fetched for it', async () => {
  const { root, intermediate } = hierarchy();
  const before = asked.length;
  const { cert, key } = intermediate.issue({ caIssuers: [`${repository}/one.cer`] });
  const server = createHttp2Server({ cert, key }, (_request, response) => response.end());
  const port = await listen(server as unknown as Server);
  const report = await check(`localhost:${port}`, { ca: root.cert, families: [4] });
  expect([report.status, report.facts.connections, asked.length]).toEqual(['healthy', 2, before]);
});
