/**
 * node:tls as a peer, under any line of Node: a server that answers lines in capitals, a client that asks for one.
 *
 *     node peer.mjs server JSON     node peer.mjs client JSON
 *
 * The JSON is { tls, cert, key, ca, clientCa, groups, alpn, staple, stored, port, visits, again }, files by their names. Both
 * print a line of key=value pairs for each connection.
 */
import { constants } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:tls';

const [, , role, json] = process.argv;
const task = JSON.parse(json ?? '{}');
const read = (/** @type {string | undefined} */ file) => (file === undefined ? undefined : readFileSync(file));
const common = {
  cert: read(task.cert),
  key: read(task.key),
  minVersion: task.tls,
  maxVersion: task.tls,
  ...(task.groups === undefined ? {} : { ecdhCurve: task.groups }),
  ...(task.alpn === undefined ? {} : { ALPNProtocols: task.alpn }),
};
if (role === 'server') serve();
else for (let left = task.visits, session; left > 0; left--) session = await visit(session);

function serve() {
  const asking = task.clientCa === undefined ? {} : { ca: read(task.clientCa), requestCert: true };
  const keeping = task.stored ? { secureOptions: constants.SSL_OP_NO_TICKET } : {};
  const server = createServer({ ...common, ...asking, ...keeping, allowHalfOpen: true }, (socket) => {
    report(socket, {});
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
      const end = text.lastIndexOf('\n') + 1;
      socket.write(text.substring(0, end).toUpperCase());
      text = text.substring(end);
    });
    socket.on('end', () => socket.end());
    socket.on('error', (error) => console.log('error', error));
  });
  server.on('tlsClientError', (error) => console.log('error', error));
  if (task.staple !== undefined) server.on('OCSPRequest', (_cert, _issuer, answer) => answer(null, read(task.staple)));
  if (task.stored) keepSessions(server);
  server.listen(0, '127.0.0.1', () => console.log(`ACCEPT 127.0.0.1:${Object(server.address()).port}`));
}

/** @param {import('node:tls').Server} server */
function keepSessions(server) {
  const kept = new Map();
  server.on('newSession', (id, data, done) => done(kept.set(id.toString('hex'), data)));
  server.on('resumeSession', (id, done) => done(null, kept.get(id.toString('hex')) ?? null));
}

/** @param {Buffer | undefined} session of the connection before */
async function visit(session) {
  const { port } = task;
  const own = { ca: read(task.ca), servername: 'localhost', requestOCSP: task.staple !== undefined };
  const socket = connect({ host: '127.0.0.1', port, ...common, ...own, ...(session === undefined ? {} : { session }) });
  let latest;
  let staple = false;
  socket.on('session', (given) => (latest = given));
  socket.on('OCSPResponse', (response) => (staple = response !== null));
  await once(socket, 'secureConnect');
  for (const word of task.again ? ['hello', 'again'] : ['hello']) {
    socket.write(`${word}\n`);
    for (let text = ''; !text.endsWith('\n'); ) text += (await once(socket, 'data'))[0];
    console.log(word.toUpperCase());
  }
  report(socket, { staple, group: Object(socket.getEphemeralKeyInfo()).name });
  socket.end();
  await once(socket, 'close');
  return latest;
}

/** @param {import('node:tls').TLSSocket} socket @param {object} more */
function report(socket, more) {
  const facts = {
    version: socket.getProtocol(),
    resumed: socket.isSessionReused(),
    alpn: socket.alpnProtocol || undefined,
    peer: socket.getPeerCertificate().subject?.CN,
    ...more,
  };
  const pairs = Object.entries(facts).filter(([, value]) => value !== undefined);
  console.log(pairs.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(' '));
}
