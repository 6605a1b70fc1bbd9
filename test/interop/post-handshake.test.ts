/** Client authentication after the handshake (RFC 8446 section 4.6.2): s_server asks when it is told `c`. */
import { beforeAll, describe, expect, test } from 'vitest';
import { startOpensslServer } from '../support/peers.ts';
import { diary, engineOf, failure, useEnds } from './ends.ts';
import { type FileCa, fileCa, OPENSSLS, presenting } from './openssl.ts';

const ends = useEnds();
let files: FileCa;

beforeAll(() => {
  files = fileCa();
});

describe.each(OPENSSLS)('$name', ({ program }) => {
  describe.skipIf(program === undefined)('s_server asks after the handshake', () => {
    const serve = () =>
      startOpensslServer([...presenting(files.ofType('rsa')), '-CAfile', files.caFile, '-msg'], program);

    test('and accepts our certificate, time and again, also under new keys', async () => {
      const server = await serve();
      try {
        const { cert, key } = files.client();
        const told = diary();
        const options = { port: server.port, ca: files.ca.cert, cert, key, postHandshakeAuth: true, trace: told.trace };
        const socket = await ends.client(options);
        socket.resume().write('before\n');
        await server.waitFor(/^before$/m);
        for (let asked = 1; asked <= 2; asked++) {
          server.write('c\n');
          await server.waitFor(
            new RegExp(`(<<< TLS 1\\.3, Handshake \\[length [0-9a-f]+\\], Finished[^]*){${asked + 1}}`),
          );
          await server.waitFor(/depth=0 .*a client\s+verify return:1/);
          engineOf(socket).updateKeys();
          socket.write(`after ${asked}\n`);
          await server.waitFor(new RegExp(`^after ${asked}$`, 'm'));
        }
        expect(told.messages('certificate_verify')).toEqual([
          'received certificate_verify',
          'sent certificate_verify',
          'sent certificate_verify',
        ]);
      } finally {
        await server.stop();
      }
    });

    test('and is refused by a client that did not offer to answer', async () => {
      const server = await serve();
      try {
        const { cert, key } = files.client();
        const socket = await ends.client({ port: server.port, ca: files.ca.cert, cert, key });
        socket.resume().write('before\n');
        await server.waitFor(/^before$/m);
        const failed = failure(socket);
        server.write('c\n');
        // OpenSSL does not even ask a client that has not offered it.
        await server.waitFor(/extension not received|post_handshake|POST_HANDSHAKE/i);
        socket.destroy();
        expect(await failed).toBeUndefined();
      } finally {
        await server.stop();
      }
    });
  });
});
