import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { requireVectors } from '../../../test/support/peers.ts';
import { fromHex, toHex, toLatin1 } from '../../bytes/index.ts';
import { earlyData } from '../extensions/early-data.ts';
import { keyShare } from '../extensions/key-share.ts';
import { preSharedKey } from '../extensions/pre-shared-key.ts';
import { serverName } from '../extensions/server-name.ts';
import { supportedVersions } from '../extensions/supported-versions.ts';
import { TLS13_SUITES } from '../registry/cipher-suites.ts';
import { GROUPS } from '../registry/named-groups.ts';
import { VERSIONS } from '../registry/versions.ts';
import { decodeMessage, type HandshakeMessage, type MessageOf } from './message.ts';

const vectors = requireVectors();

/**
 * Every handshake message that the traces print, in their order, and as "payload" every record that begins with a
 * ClientHello. Page breaks cut the hexadecimal apart.
 */
function tracedMessages(text: string): { name: string; bytes: Uint8Array }[] {
  const lines = text.split('\n');
  const messages: { name: string; bytes: Uint8Array }[] = [];
  for (const [index, line] of lines.entries()) {
    const start = /^ +(\w+) \((\d+) octets\): +((?:[0-9a-f]{2} ?)+)$/.exec(line);
    if (start === null || !/^[A-Z][a-z]+[A-Z]|^Certificate$|^Finished$|^payload$/.test(start[1] ?? '')) continue;
    if (start[1] === 'payload' && !start[3]?.startsWith('01 00 0')) continue;
    const length = Number(start[2]);
    let digits = start[3]?.replaceAll(' ', '') ?? '';
    for (let next = index + 1; digits.length < 2 * length && next < lines.length; next++) {
      const more = /^ +((?:[0-9a-f]{2} ?)+)$/.exec(lines[next] ?? '');
      if (more !== null) digits += more[1]?.replaceAll(' ', '') ?? '';
    }
    messages.push({ name: start[1] ?? '', bytes: fromHex(digits.substring(0, 2 * length)) });
  }
  return messages;
}

function is<Name extends HandshakeMessage['type']>(name: Name) {
  return (message: HandshakeMessage): message is MessageOf<Name> => message.type === name;
}

describe.skipIf(vectors === undefined)('the TLS 1.3 traces', () => {
  const text = vectors === undefined ? '' : toLatin1(readFileSync(`${vectors}/tls13/tls13-vectors-draft.txt`));
  const traced = tracedMessages(text);
  // The resumed ClientHello is printed without its binders, too: its header then says more than there is.
  const whole = traced.filter(({ bytes }) => bytes.length === 4 + ((bytes[2] ?? 0) << 8) + (bytes[3] ?? 0));
  const decoded = whole.map(({ bytes }) => decodeMessage(bytes[0] ?? 0, bytes));

  it('decode, every message of them', () => {
    expect(traced.filter(({ name }) => name !== 'payload').length).toBe(40);
    expect(traced.length - whole.length).toBe(1);
    expect(new Set(decoded.map(({ type }) => type))).toEqual(
      new Set([
        'client_hello',
        'server_hello',
        'hello_retry_request',
        'encrypted_extensions',
        'certificate_request',
        'certificate',
        'certificate_verify',
        'finished',
        'new_session_ticket',
        'end_of_early_data',
      ]),
    );
  });

  it('offer TLS 1.3 and a key share for a server by its name', () => {
    const [hello] = decoded.filter(is('client_hello'));
    expect(hello?.extensions.get(serverName.clientHello)).toBe('server');
    expect(hello?.extensions.get(supportedVersions.clientHello)).toEqual([VERSIONS.tls13]);
    const [share] = hello?.extensions.get(keyShare.clientHello) ?? [];
    expect(share?.group).toBe(GROUPS.x25519);
    expect(toHex(share?.keyExchange ?? new Uint8Array())).toMatch(/^4cfdfcd178b784bf/);
  });

  it('resume with a pre-shared key and its binder', () => {
    const offers = decoded.filter(is('client_hello')).flatMap(({ extensions }) => {
      const offer = extensions.get(preSharedKey.clientHello);
      return offer === undefined ? [] : [offer];
    });
    expect(offers.map(({ binders }) => binders.map(({ length }) => length))).toEqual([[32]]);
    const [ticket] = decoded.filter(is('new_session_ticket'));
    expect(offers[0]?.identities[0]?.identity).toEqual(ticket?.ticket);
    expect(ticket?.extensions.get(earlyData.newSessionTicket)).toBe(1024);
  });

  it('select TLS 1.3, a suite and a group, after a HelloRetryRequest another one', () => {
    const hellos = decoded.filter(is('server_hello'));
    expect(hellos.map(({ extensions }) => extensions.get(keyShare.serverHello)?.group)).toEqual([
      GROUPS.x25519,
      GROUPS.x25519,
      GROUPS.secp256r1,
      GROUPS.x25519,
      GROUPS.x25519,
    ]);
    expect(hellos[0]?.cipherSuite).toBe(TLS13_SUITES.TLS_AES_128_GCM_SHA256.code);
    const [retry] = decoded.filter(is('hello_retry_request'));
    expect(retry?.extensions.get(keyShare.helloRetryRequest)).toBe(GROUPS.secp256r1);
    expect(retry?.extensions.get(supportedVersions.helloRetryRequest)).toBe(VERSIONS.tls13);
  });
});
