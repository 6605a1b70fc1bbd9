/**
 * node scripts/record.mjs [NAME...]: records the runs that the golden tests of the screens render, with the built command
 * and its --save, against the lab and openssl s_server. Afterwards `npx vitest run test/cli -u` renders them anew.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLab } from '../dist/entry/diagnose.js';
import { startBothVersions } from '../dist/lab/both-versions.js';
import { createCa, DAY } from '../dist/lab/ca.js';
import { startNameServer } from '../dist/lab/name-server.js';
import { createHttp2Server } from '../dist/node/index.js';

/** Another openssl than the machine's. */
const openssl = process.env.HELLOFIN_OPENSSL ?? 'openssl';
const command = join(import.meta.dirname, '../bin/hellofin.js');
const data = join(import.meta.dirname, '../test/cli/data');
const names = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'hellofin-record-'));

/** The endpoints of the lab whose screens are golden: one for each form of a screen. */
const shown = [
  ...['healthy', 'expired', 'wrong-name', 'self-signed', 'no-intermediate', 'plain-http', 'smtp-banner'],
  ...['silent', 'resetting', 'closing', 'client-cert', 'client-cert-expired', 'refuses-name', 'tampered'],
  ...[
    'alpn-ignored',
    'weak-key',
    'expired-intermediate',
    'healthy-ipv6',
    'no-san',
    'wrong-clock',
    'default-certificate',
    'session-lost',
  ],
];

/** Files are named without their folder: the runs hold the names. */
process.chdir(folder);
mkdirSync(data, { recursive: true });
const lab = await startLab();
writeFileSync('ca.pem', lab.ca);
try {
  for (const id of shown) {
    const { target, args } = lab.endpoint(id);
    await record(id, [target, '--ca', 'ca.pem', '--resolver', lab.resolver, ...args]);
  }
  await record('name-not-found', ['nobody.example', '--resolver', lab.resolver]);
  await record('name-without-address', ['empty.example', '--resolver', lab.resolver]);
  await record('refused', ['127.0.0.1:9']);
  await record('resolver-unreachable', ['nobody.example', '--resolver', 'udp://127.0.0.1:9']);
  const { target } = lab.endpoint('healthy');
  await record('expires-soon', [target, '--ca', 'ca.pem', '--resolver', lab.resolver, '--expiry', '90d']);
  await record('private-root', [target, '--resolver', lab.resolver]);
  await recordRenewed();
  await recordVersions();
  await recordOpenssl();
} finally {
  await lab.close();
  rmSync(folder, { recursive: true, force: true });
}

/** What explain compares: a first connection, a resumed one, and one with 0-RTT data. */
async function recordVersions() {
  const both = await startBothVersions();
  writeFileSync('both.pem', both.ca);
  for (const version of ['1.2', '1.3']) {
    const args = [
      '--ca',
      'both.pem',
      '--resolver',
      both.resolver,
      '--tls',
      version,
      '--alpn',
      'http/1.1',
      '--early-data',
    ];
    await record(`sessions-tls${version}`, [both.endpoint(`tls${version}`).target, ...args]);
  }
  await both.close();
}

/** Two addresses of which one still serves the expired certificate. */
async function recordRenewed() {
  const now = Date.now();
  const ca = createCa(now);
  writeFileSync('renewed.pem', ca.root);
  const host = 'fern.example';
  const credentials = [
    ca.issue({ names: [host], notBefore: now - 93 * DAY, notAfter: now - 3 * DAY }),
    ca.issue({ names: [host], notBefore: now - 5 * DAY, notAfter: now + 85 * DAY }),
  ];
  const [first, second] = credentials.map((credential) => {
    const server = createHttp2Server(credential, (_request, response) => response.end());
    return server.on('tlsClientError', () => undefined);
  });
  if (first === undefined || second === undefined) return;
  const port = await listen(first, 0, '127.0.0.1');
  await listen(second, port, '127.0.0.2');
  const resolver = await startNameServer(new Map([[host, { a: ['127.0.0.1', '127.0.0.2'] }]]));
  await record('renewed-not-reloaded', [`${host}:${port}`, '--ca', 'renewed.pem', '--resolver', resolver.url]);
  first.close();
  second.close();
  await resolver.close();
}

/** Servers that share no parameter with this client, and one that wants another key share. */
async function recordOpenssl() {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'key.pem'];
  execFileSync(openssl, ['req', '-x509', ...key, '-out', 'server.pem', '-days', '90', ...subject], {
    stdio: 'ignore',
  });
  /** @type {Record<string, string[]>} */
  const servers = {
    'no-common-version': ['-tls1_1', '-cipher', 'ALL:@SECLEVEL=0'],
    'tls12-only': ['-tls1_2'],
    'old-cipher-suites': ['-tls1_2', '-cipher', 'ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA'],
    versions: ['-cipher', 'ALL:@SECLEVEL=0', '-min_protocol', 'TLSv1'],
    'no-common-cipher-suite': ['-tls1_3', '-ciphersuites', 'TLS_AES_128_CCM_SHA256'],
    'no-common-group': ['-tls1_3', '-groups', 'X448'],
    'hello-retry-request': ['-tls1_3', '-groups', 'P-256'],
    'alpn-refused': ['-tls1_3', '-alpn', 'acme-tls/1'],
  };
  for (const [name, options] of Object.entries(servers)) {
    const args = ['s_server', '-accept', '127.0.0.1:0', '-cert', 'server.pem', '-key', 'key.pem', ...options];
    const server = spawn(openssl, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    const port = await announcedPort(server);
    const more = name === 'versions' ? ['--versions'] : [];
    await record(name, [`localhost:${port}`, '-4', '--ca', 'server.pem', '--no-http', ...more]);
    server.kill();
  }
}

/**
 * The port in "ACCEPT 127.0.0.1:PORT".
 * @param {import('node:child_process').ChildProcess} server
 * @returns {Promise<string>}
 */
function announcedPort({ stdout }) {
  let text = '';
  return new Promise((resolve) => {
    stdout?.on('data', (chunk) => {
      text += chunk;
      const port = /^ACCEPT \S+:(\d+)$/m.exec(text)?.[1];
      if (port !== undefined) resolve(port);
    });
  });
}

/**
 * @param {import('node:net').Server | import('node:http2').Http2Server} server
 * @param {number} port
 * @param {string} address
 * @returns {Promise<number>}
 */
function listen(server, port, address) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : 0);
    });
  });
}

/**
 * @param {string} name
 * @param {readonly string[]} args
 * @returns {Promise<void>}
 */
function record(name, args) {
  if (names.length > 0 && !names.includes(name)) return Promise.resolve();
  const file = join(data, `${name}.run.json`);
  const { SSL_CERT_FILE: _, ...env } = process.env;
  const child = spawn(process.execPath, [command, 'check', ...args, '--save', file], { stdio: 'ignore', env });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0 || code === 1 || code === 3) resolve();
      else reject(new Error(`${name}: exit code ${code}`));
    });
  });
}
