/** Who serves which certificate to which name: whole handshakes tell it. */
import { describe, expect, test } from 'vitest';
import { reportText } from '../../src/diagnose/screen/report.ts';
import { handOver } from '../../src/lab/servers/hand-over.ts';
import { createSecureContext, createServer } from '../../src/node/index.ts';
import { check } from '../../src/node/probe/index.ts';
import { ca, diagnose, hangUp, httpServer, onlyFinding, rawServer, serve, tableOf } from './serve.ts';

/** A server with a certificate for each of these names, and the first for everybody else. */
function virtualHosts(byName: Readonly<Record<string, readonly string[]>>, otherwise: readonly string[]) {
  const contexts = new Map(
    Object.entries(byName).map(([name, names]) => [name, createSecureContext(ca.issue({ names }))]),
  );
  return createServer(
    {
      ...ca.issue({ names: otherwise }),
      SNICallback: (name, answer) => answer(null, contexts.get(name)),
    },
    hangUp,
  );
}

describe('a certificate for another name', () => {
  test('the default virtual host: the same without SNI', async () => {
    const report = await diagnose(await serve(httpServer(ca.issue({ names: ['shopp.example', 'www.shopp.example'] }))));
    const finding = onlyFinding(report);
    expect(finding.code).toBe('NAME_MISMATCH');
    expect(tableOf(finding)).toEqual([
      expect.stringMatching(/^sent SNI shop\.example \(ClientHello \d+\.\.\d+\)$/),
      'got shopp.example, www.shopp.example (same without SNI: default vhost)',
    ]);
    expect(finding.notes).toContain('a similar name is served here: shopp.example');
    // The failing one, without SNI, and with the similar name.
    expect(report.facts.connections).toBe(3);
    expect(reportText(report)).toContain('3 connections');
  });

  test('a virtual host of its own: another certificate without SNI, and the same again with it', async () => {
    const server = virtualHosts({ 'shop.example': ['shops.example'] }, ['other.test']);
    const report = await diagnose(await serve(server), { http: false });
    const finding = onlyFinding(report);
    expect(tableOf(finding)[2]).toBe('no SNI other.test (another vhost)');
    expect(report.facts.addresses[0]?.handshakes.map(({ change }) => change)).toEqual([
      'handshake:server_name:none',
      'handshake:none',
      'handshake:none:again',
      'handshake:server_name:shops.example',
    ]);
    // Nobody shows a good certificate for the similar name here.
    expect(finding.notes).toEqual(['a similar name stands in the certificate: shops.example']);
  });

  test('two servers behind one address are not taken for a choice by name', async () => {
    let connections = 0;
    const names = ['a.test', 'b.test'];
    const contexts = names.map((name) => createSecureContext(ca.issue({ names: [name] })));
    const server = createServer(
      {
        ...ca.issue({ names: ['b.test'] }),
        SNICallback: (_name, answer) => answer(null, contexts[connections++ % 2]),
      },
      hangUp,
    );
    const finding = onlyFinding(await diagnose(await serve(server), { http: false }));
    expect(tableOf(finding)[2]).toBe('no SNI b.test (another certificate)');
  });

  test('nor are two that take turns, whoever asks', async () => {
    const servers = ['a.test', 'b.test'].map((name) => httpServer(ca.issue({ names: [name] })));
    let connections = 0;
    const front = rawServer((socket) => {
      const server = servers[connections++ % 2];
      if (server !== undefined) handOver(socket, new Uint8Array(0), server);
    });
    const finding = onlyFinding(await diagnose(await serve(front), { http: false }));
    expect(tableOf(finding)[2]).toBe('no SNI b.test (another certificate)');
  });

  test('a server that takes nobody without a name', async () => {
    const wrong = createSecureContext(ca.issue({ names: ['other.test'] }));
    const inner = createServer(
      { SNICallback: (_name, answer) => answer(null, wrong), ...ca.issue({ names: ['other.test'] }) },
      hangUp,
    );
    const port = await serve(inner);
    const front = rawServer((socket) =>
      socket.once('data', (hello: Buffer) => {
        if (hello.includes('shop.example')) {
          inner.emit('connection', socket);
          socket.unshift(hello);
        } else {
          socket.end(Buffer.from('15030300020270', 'hex'));
        }
      }),
    );
    expect(port).toBeGreaterThan(0);
    const finding = onlyFinding(await diagnose(await serve(front), { http: false }));
    expect(tableOf(finding)[2]).toBe('no SNI alert 112 unrecognized_name (no default vhost seen)');
  });

  test('none at all: which clients take the common name', async () => {
    const report = await diagnose(await serve(httpServer(ca.issue({ names: [], commonName: 'shop.example' }))));
    const finding = onlyFinding(report);
    expect([finding.code, finding.title]).toEqual(['NAME_MISMATCH', 'the certificate has no subjectAltName']);
    expect(finding.notes[0]).toMatch(/^shop\.example stands in the subject's common name only.*Go and Chrome do not$/);
  });

  test('no probe is made beyond the connections allowed', async () => {
    const port = await serve(httpServer(ca.issue({ names: ['shopp.example'] })));
    const report = await diagnose(port, { maxConnections: 1 });
    expect(report.facts.connections).toBe(1);
    expect(tableOf(onlyFinding(report))[1]).toBe('got shopp.example (certificate of 127.0.0.1)');
  });
});

describe('a name that is refused', () => {
  test('names the certificate that is there without it', async () => {
    const server = createServer(
      {
        ...ca.issue({ names: ['www.shop.example'] }),
        SNICallback: (_name, answer) => answer(new Error('no virtual host of that name')),
      },
      hangUp,
    );
    const finding = onlyFinding(await diagnose(await serve(server), { http: false }));
    expect(finding.code).toBe('SNI_REJECTED');
    expect(finding.notes).toContain('the certificate without a name is for www.shop.example');
  });

  test('although the certificate without it is for the name', async () => {
    const server = createServer(
      { ...ca.issue({ names: ['shop.example'] }), SNICallback: (_name, answer) => answer(new Error('no')) },
      hangUp,
    );
    const finding = onlyFinding(await diagnose(await serve(server), { http: false }));
    expect(finding.notes).toContain('the certificate without a name is for shop.example too');
  });

  /** nginx with `ssl_reject_handshake on` in its default server. */
  const unrecognized = () => rawServer((socket) => socket.end(Buffer.from('15030300020270', 'hex')));

  test('in so many words, as no name is: there is no default virtual host', async () => {
    const report = await diagnose(await serve(unrecognized()));
    expect(onlyFinding(report)).toMatchObject({
      code: 'SNI_REJECTED',
      title: 'the server refuses the name shop.example',
      notes: ['without a name: alert 112 unrecognized_name: no default virtual host answers'],
      proof: { kind: 'bytes', after: 'alert 112 unrecognized_name', connections: [1, 2] },
      fix: { text: 'correct the name, or add a virtual host and certificate for shop.example on 127.0.0.1' },
    });
  });

  test('an address sends no name, and that is refused', async () => {
    const port = await serve(unrecognized());
    expect(onlyFinding(await check(`127.0.0.1:${port}`, { timeout: 20_000 }))).toMatchObject({
      code: 'SNI_REJECTED',
      title: 'the server refuses clients that send no name',
      notes: [],
      proof: { kind: 'bytes', connections: [1] },
      fix: { text: 'connect by a name that the server has: --sni NAME' },
    });
  });

  test('once and not again: told by what passed, not by the alert', async () => {
    const inner = createServer(ca.issue({ names: ['shop.example'] }), hangUp);
    await serve(inner);
    let connections = 0;
    const front = rawServer((socket) => {
      if (connections++ === 0) socket.end(Buffer.from('15030300020270', 'hex'));
      else inner.emit('connection', socket);
    });
    expect(onlyFinding(await diagnose(await serve(front), { http: false })).code).toBe('INTERMITTENT');
  });
});
