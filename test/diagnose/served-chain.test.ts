/** What servers send, as people look at it. */
import { createServer as createRepository } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { chainLines, type Report } from '../../src/diagnose/index.ts';
import { toPlainText } from '../../src/explain/index.ts';
import { createHttp2Server } from '../../src/node/index.ts';
import { chainsOf, check } from '../../src/node/probe/index.ts';
import { certificatesToPem } from '../../src/x509/index.ts';
import { selfSignedPem, testCa } from '../support/pki.ts';

const servers: Server[] = [];

afterAll(() => {
  for (const server of servers) server.close();
});

function listen(server: Server): Promise<number> {
  servers.push(server);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

/** Checks a server that sends these certificates, the key being that of the first. */
async function checkSending(certificates: readonly Uint8Array[], key: string, ca: string): Promise<Report> {
  const server = createHttp2Server({ cert: certificatesToPem(certificates), key }, () => undefined);
  server.on('tlsClientError', () => undefined);
  const port = await listen(server as unknown as Server);
  return check(`localhost:${port}`, { families: [4], ca, http: false });
}

function screenOf(report: Report): string {
  return toPlainText(chainLines(chainsOf(report), { clock: report.facts.run.clock, verbose: false }));
}

const root = testCa('Served Root');
const middle = root.intermediate('Served Intermediate');
const { chain, key } = middle.issue({ names: ['localhost'] });
const [leaf, intermediate] = chain;
const [rootDer] = root.chain;
if (leaf === undefined || intermediate === undefined || rootDer === undefined) throw new Error('no chain');

describe('servedChains', () => {
  test('out of order, with the root and with others: the path first, then what is not needed', async () => {
    const [stranger] = testCa('Stranger').chain;
    if (stranger === undefined) throw new Error('no certificate');
    const report = await checkSending([leaf, rootDer, stranger, intermediate], key, root.cert);
    const [served, ...others] = chainsOf(report);
    expect(others).toEqual([]);
    expect(served?.certificates.map(({ depth, sent, trusted }) => [depth, sent, trusted])).toEqual([
      [0, 0, false],
      [1, 3, false],
      [2, 1, true],
      [undefined, 2, false],
    ]);
    expect(served?.full).toEqual([leaf, intermediate]);
    const screen = screenOf(report);
    expect(screen).toMatch(/^ {2}localhost +served, number 1$/m);
    expect(screen).toMatch(/^ {4}└ Served Root +served, number 2, and trusted$/m);
    expect(screen).toMatch(/^ {2}not needed:\n {2}Stranger +served, number 3$/m);
  });

  test('an intermediate that is trusted here is sent for the others', async () => {
    const report = await checkSending([leaf], key, certificatesToPem([intermediate]));
    const [served] = chainsOf(report);
    expect(served?.certificates.map(({ trusted }) => trusted)).toEqual([false, true]);
    expect(served?.full).toEqual([leaf, intermediate]);
  });

  test('what does not parse is listed as such, and there is no full chain', async () => {
    const broken = Uint8Array.of(0x30, 3, 2, 1, 1);
    const report = await checkSending([leaf, broken], key, root.cert);
    const [served] = chainsOf(report);
    expect(served?.full).toBeUndefined();
    expect(served?.certificates[1]).toMatchObject({ sent: 1, trusted: false });
    expect(served?.certificates[1]).not.toHaveProperty('fields');
    expect(screenOf(report)).toMatch(
      /^ {2}a certificate that is malformed +served, number 2\n {4}SHA-256 {2}[0-9a-f]{64}$/m,
    );
  });

  test('validity in days and percent, before and after', async () => {
    const late = selfSignedPem({ names: ['localhost'], validFrom: -30, validTo: -2 });
    const early = selfSignedPem({ names: ['localhost'], validFrom: 2, validTo: 30 });
    for (const [{ cert, key: own }, text] of [
      [late, /valid .*, expired$/m],
      [early, /valid .*, not yet valid$/m],
    ] as const) {
      const server = createHttp2Server({ cert, key: own }, () => undefined);
      server.on('tlsClientError', () => undefined);
      const port = await listen(server as unknown as Server);
      expect(screenOf(await check(`localhost:${port}`, { families: [4], http: false }))).toMatch(text);
    }
  });

  test('what was fetched has its place and its URL, cut to what is safe', async () => {
    const repository = createRepository((_, response) => response.end(Buffer.from(intermediate)));
    const url = `http://127.0.0.1:${await listen(repository)}/ca.cer?\u001b[31m`;
    const issued = middle.issue({ names: ['localhost'], caIssuers: [url] });
    const [own] = issued.chain;
    if (own === undefined) throw new Error('no certificate');
    const report = await checkSending([own], issued.key, root.cert);
    const [served] = chainsOf(report);
    expect(served?.full).toEqual([own, intermediate]);
    expect(served?.certificates[1]?.url).toBe(url.replace('\u001b', '\\u{1b}'));
    expect(screenOf(report)).not.toContain('\u001b');
  });

  test('nothing where no certificate came', async () => {
    const report = await check('127.0.0.1:9');
    expect(chainsOf(report)).toEqual([]);
    expect(screenOf(report)).toBe('');
  });
});
