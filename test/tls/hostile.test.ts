/** Peers that know the keys and do not play by the rules, and listeners that throw. */
import { describe, expect, it } from 'vitest';
import { concat, EMPTY } from '../../src/bytes/index.ts';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import { extension } from '../../src/tls/extensions/block.ts';
import { cookie } from '../../src/tls/extensions/cookie.ts';
import { preSharedKey } from '../../src/tls/extensions/pre-shared-key.ts';
import { pskKeyExchangeModes } from '../../src/tls/extensions/psk-key-exchange-modes.ts';
import { supportedVersions } from '../../src/tls/extensions/supported-versions.ts';
import { firstOffer } from '../../src/tls/hello/offer.ts';
import { MAX_COOKIE_LENGTH } from '../../src/tls/hello/server-reply.ts';
import {
  type ClientConfig,
  type ServerConfig,
  TlsConnection,
  type TlsEvent,
  type Verdict,
} from '../../src/tls/index.ts';
import { encodeClientHello } from '../../src/tls/messages/client-hello.ts';
import { decodeMessage } from '../../src/tls/messages/message.ts';
import { encodeHelloRetryRequest } from '../../src/tls/messages/server-hello.ts';
import { TLS13_SUITES } from '../../src/tls/registry/cipher-suites.ts';
import { EXTENSION_TYPES } from '../../src/tls/registry/extension-types.ts';
import { VERSIONS } from '../../src/tls/registry/versions.ts';
import { selfSigned } from '../support/credentials.ts';
import { exchange, settle } from '../support/engines.ts';

const credential = selfSigned('secp256r1');
const crypto = nodeCrypto;

function pair(client: Partial<ClientConfig> = {}, server: Partial<ServerConfig> = {}) {
  const ends = {
    client: TlsConnection.client({ crypto, serverName: 'server.test', ...client }),
    server: TlsConnection.server({ crypto, credentials: [credential], ...server }),
  };
  exchange(ends.client, ends.server);
  return ends;
}

/** A ClientHello record, changed before it is encoded. */
function helloRecord(
  change: (hello: Parameters<typeof encodeClientHello>[0]) => Parameters<typeof encodeClientHello>[0],
) {
  const { bytes } = firstOffer({ crypto, serverName: 'server.test' });
  const hello = decodeMessage(1, bytes);
  if (hello.type !== 'client_hello') throw new Error('no ClientHello');
  return record(22, encodeClientHello(change({ ...hello, extensions: hello.extensions.raw })));
}

function record(type: number, content: Uint8Array): Uint8Array {
  return concat([Uint8Array.of(type, 3, 3, content.length >> 8, content.length & 0xff), content]);
}

function answerTo(bytes: Uint8Array, config: Partial<ServerConfig> = {}): TlsConnection {
  const server = TlsConnection.server({ crypto, credentials: [credential], ...config });
  server.receive(bytes);
  return server;
}

describe('hellos', () => {
  it('without supported_versions never get TLS 1.3, whatever legacy_version says (RFC 8446 section 4.2.1)', () => {
    const bytes = helloRecord((hello) => ({
      ...hello,
      legacyVersion: VERSIONS.tls13,
      extensions: hello.extensions.filter(({ id }) => id !== EXTENSION_TYPES.supported_versions),
    }));
    expect(answerTo(bytes).info.version).toBe('TLS 1.2');
    const refused = { code: 'NO_COMMON_VERSION', alert: 'protocol_version' };
    expect(answerTo(bytes, { versions: ['TLS 1.3'] }).error).toMatchObject(refused);
  });

  it('of SSL 3.0 are refused, both ways (RFC 8446 appendix D.5)', () => {
    const bytes = helloRecord((hello) => ({ ...hello, legacyVersion: VERSIONS.ssl3 }));
    expect(answerTo(bytes).error).toMatchObject({ code: 'NO_COMMON_VERSION', spec: 'RFC 8446 appendix D.5' });
    const client = TlsConnection.client({ crypto });
    const server = answerTo(concat(client.takeOutput()));
    const reply = concat(server.takeOutput());
    // record header, msg_type, length, then legacy_version
    reply[10] = 0;
    client.receive(reply);
    expect(client.error).toMatchObject({ code: 'NO_COMMON_VERSION', alert: 'protocol_version' });
  });

  it('with a pre-shared key need its modes (RFC 8446 section 4.2.9)', () => {
    const psk = extension(preSharedKey.clientHello, {
      identities: [{ identity: Uint8Array.of(1), obfuscatedTicketAge: 0 }],
      binders: [new Uint8Array(32)],
    });
    const without = helloRecord((hello) => ({ ...hello, extensions: [...hello.extensions, psk] }));
    expect(answerTo(without).error).toMatchObject({ code: 'MISSING_EXTENSION', alert: 'missing_extension' });
    const modes = extension(pskKeyExchangeModes.clientHello, [1]);
    const both = helloRecord((hello) => ({ ...hello, extensions: [...hello.extensions, modes, psk] }));
    expect(answerTo(both).error).toBeUndefined();
  });

  it('that offer thousands of suites are quoted in part', () => {
    const cipherSuites = Array.from({ length: 7000 }, (_, i) => 0x5000 + i);
    const { error } = answerTo(helloRecord((hello) => ({ ...hello, cipherSuites })));
    expect(error).toMatchObject({ code: 'NO_COMMON_CIPHER_SUITE' });
    expect(error?.message).toMatch(/and 6968 more/);
    expect(error?.message.length).toBeLessThan(1000);
  });
});

describe('a HelloRetryRequest', () => {
  const retry = (config: ClientConfig, cookieLength: number, behind = EMPTY) => {
    const client = TlsConnection.client(config);
    const hello = decodeMessage(1, concat(client.takeOutput()).subarray(5));
    if (hello.type !== 'client_hello') throw new Error('no ClientHello');
    const message = encodeHelloRetryRequest({
      legacyVersion: VERSIONS.tls12,
      legacySessionIdEcho: hello.legacySessionId,
      cipherSuite: TLS13_SUITES.TLS_AES_128_GCM_SHA256.code,
      legacyCompressionMethod: 0,
      extensions: [
        extension(supportedVersions.helloRetryRequest, VERSIONS.tls13),
        extension(cookie.helloRetryRequest, new Uint8Array(cookieLength).fill(7)),
      ],
    });
    for (let at = 0, all = concat([message, behind]); at < all.length; at += 16_384) {
      client.receive(record(22, all.subarray(at, at + 16_384)));
    }
    return client;
  };

  it('may carry a cookie up to a limit', () => {
    const client = retry({ crypto }, MAX_COOKIE_LENGTH);
    expect(client.error).toBeUndefined();
    expect(concat(client.takeOutput()).length).toBeGreaterThan(MAX_COOKIE_LENGTH);
    expect(retry({ crypto }, MAX_COOKIE_LENGTH + 1).error).toMatchObject({ code: 'ILLEGAL_PARAMETER', fault: 'peer' });
  });

  it('ends its record: nothing can follow before the second ClientHello', () => {
    expect(retry({ crypto }, 10, Uint8Array.of(2)).error).toMatchObject({
      code: 'UNEXPECTED_MESSAGE',
      alert: 'unexpected_message',
    });
  });

  it('ends the first flight: no part of the second ClientHello stands behind the first', () => {
    const { bytes } = firstOffer({ crypto, keyShares: [] });
    const server = answerTo(record(22, concat([bytes, Uint8Array.of(1)])));
    expect(server.error).toMatchObject({ code: 'UNEXPECTED_MESSAGE', alert: 'unexpected_message' });
  });
});

describe('early data that nobody asked for', () => {
  const early = { id: EXTENSION_TYPES.early_data, data: EMPTY };
  const hello = (more: Partial<ClientConfig> = {}) => {
    const { bytes } = firstOffer({ crypto, serverName: 'server.test', ...more });
    const message = decodeMessage(1, bytes);
    if (message.type !== 'client_hello') throw new Error('no ClientHello');
    return record(22, encodeClientHello({ ...message, extensions: [early, ...message.extensions.raw] }));
  };
  const junk = (length: number) => record(23, new Uint8Array(length).fill(9));

  it('is skipped up to a full record of it, and no further', () => {
    const server = answerTo(hello());
    server.receive(junk(16_384 + 17));
    expect(server.error).toBeUndefined();
    server.receive(junk(18));
    expect(server.error).toMatchObject({ code: 'LIMIT_EXCEEDED', alert: 'unexpected_message' });
  });

  it('is not skipped without end when it is empty', () => {
    const server = answerTo(hello());
    const many = concat(Array.from({ length: 1000 }, () => junk(0)));
    for (let round = 0; round < 20 && server.error === undefined; round++) server.receive(many);
    expect(server.error).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  it('is skipped between the ClientHellos and not inside one (RFC 8446 section 5.1)', () => {
    const server = answerTo(hello({ keyShares: [] }));
    server.receive(junk(100));
    expect(server.error).toBeUndefined();
    const second = hello();
    server.receive(record(22, second.subarray(5, 50)));
    server.receive(junk(100));
    expect(server.error).toMatchObject({ code: 'UNEXPECTED_RECORD', alert: 'unexpected_message' });
  });

  it('is an error where none was announced', () => {
    const { bytes } = firstOffer({ crypto });
    const server = answerTo(record(22, bytes));
    server.receive(junk(100));
    expect(server.error).toMatchObject({ code: 'BAD_RECORD_MAC' });
  });
});

describe('record_size_limit', () => {
  it.each([
    ['client', { recordSizeLimit: 64 }, {}],
    ['server', {}, { recordSizeLimit: 64 }],
  ])('of the %s binds nobody who did not answer it (RFC 8449 section 4)', (_, client, server) => {
    const ends = pair(client, server);
    expect([ends.client.error, ends.server.error]).toEqual([undefined, undefined]);
    const data = new Uint8Array(1000).fill(1);
    ends.client.write(data);
    ends.server.write(data);
    exchange(ends.client, ends.server);
    expect(concat(ends.client.takeData()).length + concat(ends.server.takeData()).length).toBe(2000);
  });
});

describe('floods', () => {
  it('of KeyUpdates are not hidden by empty records', () => {
    const ends = pair();
    for (let round = 0; round < 40; round++) {
      ends.client.updateKeys(true);
      ends.client.write(EMPTY);
    }
    exchange(ends.client, ends.server);
    expect(ends.server.error).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  it('of single bytes while a request waits cost what their bytes cost', () => {
    const client = TlsConnection.client({ crypto });
    const server = answerTo(concat(client.takeOutput()));
    const reply = concat(server.takeOutput());
    client.receive(reply);
    expect(client.request?.name).toBe('peer_key');
    for (let i = 0; i < 200_000; i++) client.receive(Uint8Array.of(0x17));
    expect(client.bufferedInput).toBe(200_000);
    settle(client);
    expect(client.error).toMatchObject({ fault: 'peer' });
  });

  it('of bytes while a request waits meet a limit', () => {
    const client = TlsConnection.client({ crypto });
    const server = answerTo(concat(client.takeOutput()));
    client.receive(concat(server.takeOutput()));
    for (let i = 0; i < 20; i++) client.receive(new Uint8Array(16_384));
    expect(client.error).toMatchObject({ code: 'LIMIT_EXCEEDED', fault: 'local' });
    expect(client.request).toBeUndefined();
  });
});

describe('an end', () => {
  it('that closes during the handshake cancels it and is done', () => {
    const client = TlsConnection.client({ crypto });
    const server = answerTo(concat(client.takeOutput()));
    client.close();
    expect(client.error).toMatchObject({ code: 'CONNECTION_CLOSED', fault: 'local' });
    server.receive(concat(client.takeOutput()));
    expect(server.error).toMatchObject({ code: 'ALERT_RECEIVED', received: 'close_notify' });
    client.receive(concat(server.takeOutput()));
    expect(client.takeOutput()).toEqual([]);
    expect(client.handshakeComplete).toBe(false);
  });

  it('keeps what was authenticated before a failure, and nothing after it', () => {
    const { client, server } = pair();
    client.write(Uint8Array.of(1));
    const genuine = client.takeOutput();
    client.write(Uint8Array.of(2));
    const forged = concat(client.takeOutput());
    forged[forged.length - 1] = (forged[forged.length - 1] ?? 0) ^ 1;
    server.receive(concat([...genuine, forged, ...genuine]));
    expect(server.error).toMatchObject({ code: 'BAD_RECORD_MAC' });
    expect(concat(server.takeData())).toEqual(Uint8Array.from([1]));
    expect(server.takeData()).toEqual([]);
  });

  it('sends nothing more once the peer has sent a fatal alert', () => {
    const { client, server } = pair();
    client.write(Uint8Array.of(1));
    server.abort('internal_error', 'test');
    client.receive(concat(server.takeOutput()));
    expect(client.error).toMatchObject({ code: 'ALERT_RECEIVED', received: 'internal_error' });
    expect(client.takeOutput()).toEqual([]);
    client.close();
    expect(client.takeOutput()).toEqual([]);
  });

  it('whose listener throws fails closed', () => {
    let armed = false;
    const trace = (event: TlsEvent) => {
      if (armed && event.kind === 'alert') throw new Error('listener');
    };
    const { client, server } = pair({}, { trace });
    client.write(Uint8Array.of(1));
    const genuine = concat(client.takeOutput());
    const forged = Uint8Array.from(genuine);
    forged[6] = (forged[6] ?? 0) ^ 1;
    armed = true;
    server.receive(forged);
    expect(server.error).toMatchObject({ code: 'BAD_RECORD_MAC' });
    server.receive(genuine);
    expect(server.takeData()).toEqual([]);
    expect(server.writable).toBe(false);
  });

  it('whose listener throws while it writes is over too', () => {
    let armed = false;
    const trace = () => {
      if (armed) throw new Error('listener');
    };
    const { client } = pair({ trace });
    armed = true;
    expect(() => client.write(Uint8Array.of(1))).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
    expect(client.writable).toBe(false);
  });

  it('takes no verdict but an exact one, and sends no alert that does not exist', () => {
    const refusal = (verdict: unknown) => {
      const client = TlsConnection.client({ crypto });
      const server = answerTo(concat(client.takeOutput()));
      client.receive(concat(server.takeOutput()));
      settle(client, { verdict: verdict as Verdict });
      return client;
    };
    expect(refusal({ accepted: 'no', alert: 'unknown_ca', reason: '' }).error?.alert).toBe('unknown_ca');
    expect(refusal({ accepted: false, alert: 'nonsense', reason: '' }).error?.alert).toBe('certificate_unknown');
    expect(refusal(Promise.resolve()).error?.alert).toBe('certificate_unknown');
  });

  it('hands out its output once', () => {
    const { client } = pair();
    const empty = client.takeOutput();
    client.write(Uint8Array.of(1));
    expect(empty).toEqual([]);
    expect(client.takeOutput().length).toBeGreaterThan(0);
  });

  it.each<[string, number]>([
    ['x'.repeat(250), 10],
    ['caf\u00e9', 10],
    ['label', -1],
    ['label', 1.5],
    ['label', Number.NaN],
    ['label', 255 * 48 + 1],
  ])('exports nothing for label %j and length %d', (label, length) => {
    const { client } = pair();
    expect(() => client.exportKeyingMaterial(label, undefined, length)).toThrow(
      expect.objectContaining({ code: 'BAD_CONFIGURATION' }),
    );
    for (const allowed of ['', 'x'.repeat(249)]) {
      expect(client.exportKeyingMaterial(allowed, undefined, 255 * 32).length).toBe(255 * 32);
    }
  });

  it('exports nothing before the handshake is complete', () => {
    const client = TlsConnection.client({ crypto });
    expect(() => client.exportKeyingMaterial('label', undefined, 10)).toThrow(
      expect.objectContaining({ code: 'CONNECTION_CLOSED' }),
    );
    expect(() => client.updateKeys()).toThrow(expect.objectContaining({ code: 'CONNECTION_CLOSED' }));
  });
});

describe('what the engine tells', () => {
  it('has every field that was read of a message that does not decode', () => {
    const events: TlsEvent[] = [];
    const bytes = helloRecord((hello) => hello);
    // The last extension claims one byte more than there is.
    const cut = bytes.subarray(0, bytes.length - 1);
    const broken = Uint8Array.from(cut);
    broken[4] = (broken[4] ?? 0) - 1;
    broken[8] = (broken[8] ?? 0) - 1;
    const server = answerTo(broken, { trace: (event) => events.push(event) });
    expect(server.error).toMatchObject({ code: 'DECODE_ERROR', alert: 'decode_error' });
    const message = events.find((event) => event.kind === 'message');
    expect(message).toMatchObject({ name: 'client_hello', direction: 'received' });
    expect(message?.kind === 'message' && message.fields.map(({ name }) => name)).toContain('cipher_suites');
  });

  it('has the record that did not decrypt', () => {
    const events: TlsEvent[] = [];
    const { client, server } = pair({}, { trace: (event) => events.push(event) });
    client.write(Uint8Array.of(1));
    const forged = concat(client.takeOutput());
    forged[6] = (forged[6] ?? 0) ^ 1;
    server.receive(forged);
    const last = events.filter((event) => event.kind === 'record' && event.direction === 'received').at(-1);
    expect(last).toMatchObject({ contentType: 'application_data', level: 'application' });
    expect(last !== undefined && 'innerType' in last).toBe(false);
  });

  it('quotes protocols, so that no control character of a peer reaches a log', () => {
    const client = TlsConnection.client({ crypto, alpn: ['h2'] });
    const hello = concat(client.takeOutput());
    const at = Buffer.from(hello).indexOf(Buffer.from('\x02h2'));
    hello.set([0x1b, 0x0a], at + 1);
    const { error } = answerTo(hello, { alpn: ['http/1.1'] });
    expect(error).toMatchObject({ code: 'NO_COMMON_APPLICATION_PROTOCOL', alert: 'no_application_protocol' });
    expect(error?.message).toContain('"\\u001b\\n"');
  });

  it('acknowledges only a name that it has a certificate for (RFC 6066 section 3)', () => {
    expect(pair({ serverName: 'SERVER.test' }).client.info.serverNameAcknowledged).toBe(true);
    expect(pair({ serverName: 'other.test' }).client.info.serverNameAcknowledged).toBe(false);
  });

  it('says why the peer gave up, even inside a fragmented message', () => {
    const server = answerTo(record(22, Uint8Array.of(1, 0, 1, 0, 3)));
    server.receive(record(21, Uint8Array.of(2, 80)));
    expect(server.error).toMatchObject({ code: 'ALERT_RECEIVED', received: 'internal_error' });
  });

  it('takes no close_notify inside a fragmented message (RFC 8446 section 5.1)', () => {
    const server = answerTo(record(22, Uint8Array.of(1, 0, 1, 0, 3)));
    server.receive(record(21, Uint8Array.of(1, 0)));
    expect(server.error).toMatchObject({ code: 'UNEXPECTED_RECORD', alert: 'unexpected_message' });
  });

  it('refuses a message out of place before it decodes it, and shows it', () => {
    const events: TlsEvent[] = [];
    const trace = (event: TlsEvent) => events.push(event);
    const server = answerTo(record(22, Uint8Array.of(11, 0, 0, 1, 0)), { trace });
    const message = events.find((event) => event.kind === 'message');
    expect(message).toMatchObject({ name: 'certificate', direction: 'received', fields: [] });
    expect(server.error).toMatchObject({ code: 'UNEXPECTED_MESSAGE', alert: 'unexpected_message' });
    expect(server.error?.message).toBe('got certificate in START, expected client_hello');
  });

  it('exports nothing any more after a failure', () => {
    const { client } = pair();
    client.abort('internal_error', 'test');
    expect(() => client.exportKeyingMaterial('label', undefined, 10)).toThrow(
      expect.objectContaining({ code: 'CONNECTION_CLOSED' }),
    );
  });
});

describe('a server configuration', () => {
  const config = { crypto, credentials: [credential] };
  it.each<[string, unknown]>([
    ['a misspelt clientCertificate', { ...config, clientCertificate: 'required' }],
    ['a clientCertificate that is no word', { ...config, clientCertificate: true }],
    ['an empty chain', { ...config, credentials: [{ ...credential, chain: [] }] }],
    ['an empty certificate', { ...config, credentials: [{ ...credential, chain: [EMPTY] }] }],
    ['an empty staple', { ...config, credentials: [{ ...credential, ocspResponse: EMPTY }] }],
    ['an empty SCT', { ...config, credentials: [{ ...credential, scts: [EMPTY] }] }],
    ['an empty authority', { ...config, certificateAuthorities: [EMPTY] }],
    ['too many authorities', { ...config, certificateAuthorities: [new Uint8Array(65_535)] }],
    ['an unknown suite', { ...config, cipherSuites: ['TLS_RSA_WITH_RC4_128_MD5'] }],
    ['too much ALPN', { ...config, alpn: Array.from({ length: 200 }, () => 'x'.repeat(200)) }],
  ])('with %s is refused', (_, wrong) => {
    expect(() => TlsConnection.server(wrong as ServerConfig)).toThrow(
      expect.objectContaining({ code: 'BAD_CONFIGURATION', fault: 'local' }),
    );
  });

  it('of a client credential is checked too', () => {
    expect(() => TlsConnection.client({ crypto, credential: { ...credential, chain: [] } })).toThrow(/chain is empty/);
  });
});
