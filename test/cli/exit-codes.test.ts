/** Every exit code, of the built command as a child process, with the JSON that goes with it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, startLab } from '../../src/lab/index.ts';
import { run, tempDir } from '../support/peers.ts';
import { command, hellofin, parseDocument, surroundings } from './command.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});

afterAll(() => lab.close());

/** Arguments for endpoints of the lab, by their ids. */
function endpoints(...ids: string[]): string[] {
  return [...ids.map((id) => lab.endpoint(id).target), '--ca', lab.caFile, '--resolver', lab.resolver];
}

async function check(...args: string[]) {
  const { code, stdout, stderr } = await hellofin([...args, '--json']);
  return { code, stderr, document: parseDocument(stdout) };
}

describe('0, nothing at or above --fail-on', () => {
  test('a healthy endpoint', async () => {
    const { code, document } = await check(...endpoints('healthy'));
    expect(code).toBe(0);
    expect(document).toMatchObject({ exitCode: 0, results: [{ status: 'healthy', findings: [], connections: 2 }] });
  });

  test('a warning, as errors fail unless it is said otherwise', async () => {
    const { code, document } = await check(...endpoints('healthy'), '--expiry', '80d');
    expect(code).toBe(0);
    expect(document.results?.[0]?.findings).toMatchObject([{ code: 'CERT_EXPIRES_SOON' }]);
  });

  test('a finding that is ignored', async () => {
    const { code, document } = await check(...endpoints('expired'), '--ignore', 'cert_expired');
    expect(code).toBe(0);
    expect(document.results).toMatchObject([{ findings: [], ignored: ['CERT_EXPIRED'] }]);
  });

  test('an expired certificate at a time when it was valid', async () => {
    expect((await check(...endpoints('expired'), '--at', '-30d')).code).toBe(0);
  });
});

describe('1, the endpoint has a finding', () => {
  test.each([
    ['expired', 'CERT_EXPIRED'],
    ['wrong-name', 'NAME_MISMATCH'],
    ['plain-http', 'NOT_TLS'],
    ['client-cert', 'CLIENT_CERT_REQUIRED'],
  ])('%s: %s', async (id, expected) => {
    const { code, document } = await check(...endpoints(id));
    expect(code).toBe(1);
    expect(document.results?.[0]?.findings?.map((finding) => finding.code)).toEqual([expected]);
  });

  test('a name that does not exist', async () => {
    const { code, document } = await check('nobody.example', '--resolver', lab.resolver);
    expect(code).toBe(1);
    expect(document.results?.[0]?.findings).toMatchObject([{ code: 'NAME_NOT_RESOLVED' }]);
  });

  test('a port where nothing listens', async () => {
    const { code, document } = await check('127.0.0.1:9');
    expect(code).toBe(1);
    expect(document.results?.[0]?.findings).toMatchObject([{ code: 'TCP_REFUSED' }]);
  });

  test('a warning with --fail-on warning', async () => {
    expect((await check(...endpoints('healthy'), '--expiry', '80d', '--fail-on', 'warning')).code).toBe(1);
  });
});

describe('2, usage or configuration', () => {
  test.each([
    [[], /missing required argument/],
    [['--no-such-flag', 'localhost'], /unknown option/],
    [['localhost:99999'], /not a port/],
    [['http://localhost'], /not over TLS/],
    [['a b'], /neither a host name nor an IP address/],
    [['localhost', '--timeout', 'soon'], /--timeout soon/],
    [['localhost', '--at', 'yesterday'], /--at yesterday/],
    [['localhost', '--expiry', '120%'], /--expiry 120%/],
    [['localhost', '--fail-on', 'fatal'], /--fail-on fatal/],
    [['localhost', '--ignore', 'NO_SUCH'], /no finding has the code/],
    [['localhost', '--max-connections', '0'], /--max-connections 0/],
    [['localhost', '--connect', 'shop.example:1'], /expected IP:port/],
    [['localhost', '--resolver', 'tcp://127.0.0.1'], /expected IP, IP:PORT or udp:/],
    [['localhost', '--ca', 'no/such/file'], /cannot read no\/such\/file: ENOENT/],
    [['localhost', '--ca', command], /no certificate in it/],
    [['localhost', '--key', command], /needs its certificate/],
    [['localhost', '--cert', command], /no private key in it; name its file with --key/],
    [['localhost', '--cert', command, '--key', command], /hellofin\.js: no private key in it$/m],
    [['localhost', '-4', '-6'], /exclude each other/],
    [['127.0.0.1:9', '-6'], /not an address of the family/],
    [['localhost', '-4', '--connect', '[::1]:9'], /not an address of the family/],
    [['https://me:secret@localhost/'], /^(?!.*secret).*before the @/s],
    [['@no/such/list'], /cannot read no\/such\/list/],
    [['-'], /no target/],
    [['assess'], /a command to come/],
    [['127.0.0.1:9', '--save', 'no/such/folder/run.json'], /cannot write/],
    [['localhost', '--save', '-'], /--save -: name a file/],
    [['cert', './package.json'], /is a file: .* openssl x509 -noout -text -in \.\/package\.json$/m],
    [['explain', command], /not JSON/],
  ])('%j', async (args, complaint) => {
    const { code, document, stderr } = await check(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(complaint);
    const message = document.error?.message ?? document.results?.[0]?.summary;
    expect(message).toMatch(complaint);
  });
});

describe('3, could not look', () => {
  test('a resolver that does not answer', async () => {
    const { code, document } = await check('shop.example', '--resolver', 'udp://127.0.0.1:9', '--timeout', '1s');
    expect(code).toBe(3);
    expect(document.results).toMatchObject([{ status: 'not_measured', findings: [] }]);
  });
});

describe('4, a bug in hellofin', () => {
  /** A module that breaks what every check needs. */
  function fault(): string[] {
    const file = join(tempDir(), 'fault.mjs');
    const code = "net.connect = () => { throw new TypeError('broken on purpose'); };";
    writeFileSync(
      file,
      `import net from 'node:net';\nimport { syncBuiltinESMExports } from 'node:module';\n${code}\nsyncBuiltinESMExports();\n`,
    );
    return ['--import', file];
  }

  test('is told as such', async () => {
    const { code, stdout, stderr } = await hellofin([...endpoints('healthy'), '--json'], { node: fault() });
    expect(code).toBe(4);
    expect(stderr).toMatch(/a bug in hellofin.*broken on purpose/);
    expect(parseDocument(stdout).results).toMatchObject([{ status: 'bug' }]);
  });

  test('comes before everything else', async () => {
    const { code } = await hellofin(['http://localhost', ...endpoints('healthy')], { node: fault() });
    expect(code).toBe(4);
  });
});

describe('130, interrupted', () => {
  test('with valid JSON all the same', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined).resume());
    const asked = once(silent.listen(0, '127.0.0.1'), 'connection');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const args = [command, `127.0.0.1:${port}`, '--json', '--timeout', '60s'];
    const child = spawn(process.execPath, args, { env: { ...process.env, ...surroundings } });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    const ended = new Promise((resolve) => child.once('close', resolve));
    await asked;
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    silent.close();
    expect(parseDocument(Buffer.concat(chunks).toString()).error?.code).toBe('INTERRUPTED');
  });

  test('before anything of the command is loaded too', async () => {
    const main = JSON.stringify(new URL('../../dist/cli/main.js', import.meta.url).href);
    const early = `const { main } = await import(${main}); main(['check', 'localhost', '--json']); process.emit('SIGINT');`;
    const { code, stdout } = await run(process.execPath, ['--input-type=module', '-e', early]);
    expect([code, parseDocument(stdout).error?.code]).toEqual([130, 'INTERRUPTED']);
  });
});

describe('several targets', () => {
  test('2 comes before 1, and the others are checked all the same', async () => {
    const { code, document } = await check('http://localhost', ...endpoints('expired', 'healthy'));
    expect(code).toBe(2);
    expect(document.results?.map(({ status }) => status)).toEqual(['usage', 'findings', 'healthy']);
  });

  test('1 comes before 0, in the order of the targets', async () => {
    const { code, document } = await check(...endpoints('healthy', 'expired', 'wrong-name'));
    expect(code).toBe(1);
    expect(document.results?.map(({ status }) => status)).toEqual(['healthy', 'findings', 'findings']);
  });

  test('1 comes before 3', async () => {
    const { code, document } = await check('127.0.0.1:9', 'shop.example', '--resolver', 'udp://127.0.0.1:9');
    expect(code).toBe(1);
    expect(document.results?.map(({ status }) => status)).toEqual(['findings', 'not_measured']);
  });

  test('from a file and from standard input', async () => {
    const file = join(tempDir(), 'hosts.txt');
    writeFileSync(file, `# the lab\n${lab.endpoint('healthy').target}\n\n`);
    const [, ...flags] = endpoints('healthy');
    const stdin = `${lab.endpoint('expired').target}\n`;
    const { code, stdout } = await hellofin([`@${file}`, '-', ...flags, '--json'], { stdin });
    expect(code).toBe(1);
    expect(parseDocument(stdout).results?.map(({ status }) => status)).toEqual(['healthy', 'findings']);
  });
});

describe('explain', () => {
  test('0 for a code, 1 for a text that nobody knows', async () => {
    expect((await check('explain', 'CERT_EXPIRED')).code).toBe(0);
    const { code, document } = await check('explain', 'no such thing');
    expect(code).toBe(1);
    expect(document.causes).toEqual([]);
  });
});

describe('a failure with -o', () => {
  test.each([
    ['an unknown flag', ['--no-such-flag']],
    ['a bad value', ['localhost', '--timeout', 'soon']],
  ])('%s is in the file, and standard output is empty', async (_, args) => {
    const file = join(tempDir(), 'out.json');
    const { code, stdout, stderr } = await hellofin([...args, '--json', '-o', file]);
    expect([code, stdout]).toEqual([2, '']);
    const { error } = parseDocument(readFileSync(file, 'utf8'));
    expect(error?.code).toBe('USAGE');
    expect(stderr).toContain(error?.message ?? 'no message');
  });

  test('is on standard output where the file can not be written', async () => {
    const { code, stdout } = await hellofin(['127.0.0.1:9', '--json', '-o', 'no/such/folder/x']);
    expect([code, parseDocument(stdout).error?.code]).toEqual([2, 'USAGE']);
  });

  test('-o - is standard output', async () => {
    const { code, stdout } = await hellofin(['127.0.0.1:9', '--json', '--output=-']);
    expect([code, parseDocument(stdout).results?.[0]?.status]).toEqual([1, 'findings']);
  });
});

test('a time that the user gave is not called now', async () => {
  const { stdout } = await hellofin([...endpoints('healthy'), '--at', '2090-01-01']);
  expect(stdout).toMatch(/fails: certificate expires by 2090-01-01 \(--at\)$/m);
  expect(stdout).toMatch(/; at 2090-01-01 00:00Z \(--at\)$/m);
  expect(stdout).not.toContain('now ');
});

test('explain of what --json printed says which file it reads', async () => {
  const file = join(tempDir(), 'out.json');
  await hellofin([...endpoints('healthy'), '--json', '-o', file]);
  const { code, stderr } = await hellofin(['explain', file]);
  expect([code, stderr]).toEqual([2, `hellofin: ${file}: what --json prints; explain reads what --save writes\n`]);
});

test('lab ends where nobody reads what it prints', async () => {
  const child = spawn(process.execPath, [command, 'lab', '--json'], { stdio: ['ignore', 'pipe', 'ignore'] });
  child.stdout.destroy();
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
});
