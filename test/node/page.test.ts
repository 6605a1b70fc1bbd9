/** docs/node.md against the Node that runs it: nothing of node:tls is left out, and the page says what is so. */
import { readFileSync } from 'node:fs';
import nodeTls from 'node:tls';
import { describe, expect, test } from 'vitest';
import * as face from '../../src/node/index.ts';
import { clientSettings, serverSettings } from '../../src/node/settings.ts';
import { testCa } from '../support/pki.ts';
import { duplexPair } from '../support/sockets.ts';

const page = readFileSync(new URL('../../docs/node.md', import.meta.url), 'utf8');

/** What a section of the page says, by name. */
function rows(section: string): ReadonlyMap<string, string> {
  const [, text = ''] = page.split(`\n## ${section}\n`);
  const [table = ''] = text.split('\n## ');
  return new Map([...table.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, name = '', says = '']) => [name, says]));
}

const publicNames = (prototype: object) =>
  Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor' && !name.startsWith('_'));

/** The declarations know options and events, which no object lists. */
const declared = readFileSync(new URL('../../node_modules/@types/node/tls.d.ts', import.meta.url), 'utf8');

function optionsOf(name: string): string[] {
  const [, body = ''] = new RegExp(`interface ${name}\\b[^{]*\\{([\\s\\S]*?)\\n {4}\\}`).exec(declared) ?? [];
  return [...body.matchAll(/^ {8}(\w+)\??\s*[:(]/gm)].map(([, option = '']) => option);
}

describe('the page has', () => {
  test.each([
    ['Module', nodeTls],
    ['TLSSocket', nodeTls.TLSSocket.prototype],
    ['Server', nodeTls.Server.prototype],
  ])('everything of %s', (section, object) => {
    const known = rows(section);
    expect(
      publicNames(object).filter((name) => !known.has(name) && !['length', 'name', 'default'].includes(name)),
    ).toEqual([]);
    expect(known.size).toBeGreaterThan(3);
  });

  test('every option', () => {
    const interfaces = [
      'SecureContextOptions',
      'CommonConnectionOptions',
      'TlsOptions',
      'ConnectionOptions',
      'TLSSocketOptions',
    ];
    const known = rows('Options');
    expect(interfaces.flatMap(optionsOf).filter((name) => !known.has(name))).toEqual([]);
    expect(optionsOf('SecureContextOptions').length).toBeGreaterThan(15);
  });

  test('every event', () => {
    const events = [...declared.matchAll(/event: "(\w+)"/g)].map(([, name = '']) => name);
    expect(events.filter((name) => !rows('Events').has(name))).toEqual([]);
    expect(events.length).toBeGreaterThan(8);
  });
});

describe('what the page says is so', () => {
  test.each([
    ['Module', face as object],
    ['TLSSocket', face.TLSSocket.prototype as object],
    ['Server', face.Server.prototype as object],
  ])('of %s', (section, object) => {
    for (const [name, says] of rows(section))
      expect([name, name in object]).toEqual([name, !says.startsWith('absent')]);
  });

  test.each([...rows('Options')].filter(([, says]) => says.startsWith('refused')))('%s is refused', (name) => {
    const refusal = expect.objectContaining({ code: 'ERR_METHOD_NOT_IMPLEMENTED' });
    if (name === 'onread') expect(() => face.connect({ port: 1, onread: {} })).toThrow(refusal);
    else {
      expect(() => clientSettings({ [name]: 'x' })).toThrow(refusal);
      expect(() => serverSettings({ ...testCa().issue(), [name]: 'x' })).toThrow(refusal);
    }
  });

  test('getSharedSigalgs is refused', () => {
    const socket = new face.TLSSocket(duplexPair()[0]);
    expect(() => socket.getSharedSigalgs()).toThrow(expect.objectContaining({ code: 'ERR_METHOD_NOT_IMPLEMENTED' }));
    socket.on('error', () => undefined).destroy();
  });
});
