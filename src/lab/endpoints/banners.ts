/** Servers that greet in clear and would change to TLS on request, reached as if they spoke it at once. */
import { createServer, type Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from '../../node/index.ts';
import type { EndpointSpec } from '../endpoint.ts';

interface Greeting {
  readonly protocol: string;
  readonly banner: (host: string) => string;
  /** The answer to a line that is no command. */
  readonly complaint: string;
}

function bannerEndpoint(id: string, host: string, greeting: Greeting): EndpointSpec {
  return {
    id,
    host,
    fault: `the port speaks ${greeting.protocol} and would change to TLS on request`,
    cause: { code: 'NOT_TLS', proof: 'bytes' },
    served: (kit) => ({
      server: createServer((socket) => {
        socket.on('error', () => undefined);
        converse(socket, kit.host, greeting);
      }),
    }),
    repaired: (kit) => ({ server: overTls(greeting, kit.host, kit.ca.issue({ names: [kit.host] })) }),
  };
}

/** The port where the same protocol is over TLS from the first byte. */
function overTls(
  greeting: Greeting,
  host: string,
  credential: { readonly cert: string; readonly key: string },
): Server {
  const server = createTlsServer(credential, (socket) => {
    socket.on('error', () => undefined);
    converse(socket, host, greeting);
  });
  server.on('tlsClientError', () => undefined);
  return server;
}

/** Greets, and answers the first thing that comes, which is no command, by a complaint and the end. */
function converse(socket: Duplex, host: string, { banner, complaint }: Greeting): void {
  socket.write(`${banner(host)}\r\n`);
  socket.once('data', () => socket.end(`${complaint}\r\n`));
}

/** Mail between servers, as on port 587. */
export const smtpBanner = bannerEndpoint('smtp-banner', 'grove.example', {
  protocol: 'SMTP',
  banner: (host) => `220 ${host} ESMTP mail service ready`,
  complaint: '500 5.5.2 Error: bad syntax',
});

/** A mailbox, as on port 143. */
export const imapBanner = bannerEndpoint('imap-banner', 'thyme.example', {
  protocol: 'IMAP',
  banner: (host) => `* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ${host} ready`,
  complaint: '* BAD Error: bad syntax',
});

/** A mailbox, as on port 110. */
export const pop3Banner = bannerEndpoint('pop3-banner', 'umber.example', {
  protocol: 'POP3',
  banner: (host) => `+OK ${host} ready`,
  complaint: '-ERR Unknown command.',
});

/** Files, as on port 21. */
export const ftpBanner = bannerEndpoint('ftp-banner', 'violet.example', {
  protocol: 'FTP',
  banner: (host) => `220 ${host} FTP server ready`,
  complaint: '500 Unknown command.',
});
