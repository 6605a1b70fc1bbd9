/** What the built command prints, and where. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCa } from '../../src/lab/ca.ts';
import { httpsServer } from '../../src/lab/endpoints/https.ts';
import { type Lab, startLab } from '../../src/lab/index.ts';
import { tempDir } from '../support/peers.ts';
import { command, hellofin, parseDocument, surroundings } from './command.ts';

let lab: Lab;
const servers: Server[] = [];

beforeAll(async () => {
  lab = await startLab({ only: ['healthy', 'expired', 'client-cert'] });
});

afterAll(async () => {
  for (const server of servers) server.close();
  await lab.close();
});

function endpoint(id: string): string[] {
  return [lab.endpoint(id).target, '--ca', lab.caFile, '--resolver', lab.resolver];
}

function listen(server: Server): Promise<number> {
  servers.push(server);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

const ESC = '\u001b';

describe('colours', () => {
  test.each([
    ['none without a terminal', [], { NO_COLOR: '' }, false],
    ['--color always', ['--color', 'always'], {}, true],
    ['FORCE_COLOR', [], { NO_COLOR: '', FORCE_COLOR: '1' }, true],
    ['NO_COLOR before FORCE_COLOR', [], { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    ['--plain before --color', ['--plain', '--color', 'always'], {}, false],
  ])('%s', async (_, flags, env, colored) => {
    const { stdout } = await hellofin([...endpoint('expired'), ...flags], { env });
    expect(stdout.includes(ESC)).toBe(colored);
  });

  test('--plain is ASCII', async () => {
    const { stdout } = await hellofin([...endpoint('expired'), '--plain', '-v']);
    expect(stdout).toMatch(/^FAIL birch\.example:\d+ fails/);
    expect([...stdout].every((sign) => sign === '\n' || (sign >= ' ' && sign <= '~'))).toBe(true);
  });
});

describe('hostile peers', () => {
  test('a name in a certificate cannot steer the terminal', async () => {
    const evil = `shop\u001b[2Jevil\u202e.example`;
    const port = await listen(httpsServer(createCa(Date.now()).issue({ names: ['shop.example'], commonName: evil })));
    const { code, stdout } = await hellofin([`127.0.0.1:${port}`, '--sni', 'shop.example', '--color', 'never']);
    expect(code).toBe(1);
    expect(stdout).not.toContain(ESC);
    expect(stdout).not.toContain('\u202e');
    expect(stdout).toContain('shop\\u{1b}[2Jevil\\u{202e}.example');
  });

  test('neither can a banner or an HTTP header', async () => {
    const banner = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('220 \u001b]0;title\u0007 mail\r\n', 'latin1');
    });
    const port = await listen(banner);
    const text = await hellofin([`127.0.0.1:${port}`]);
    expect(text.stdout).toContain('speaks');
    expect(text.stdout).not.toContain(ESC);
    const json = await hellofin([`127.0.0.1:${port}`, '--json']);
    expect(parseDocument(json.stdout).results?.[0]?.findings).toMatchObject([{ code: 'NOT_TLS' }]);
    expect(json.stdout).not.toContain(ESC);
  });
});

describe('where it goes', () => {
  test('-o writes a file and prints nothing', async () => {
    const file = join(tempDir(), 'report.json');
    const { stdout } = await hellofin([...endpoint('healthy'), '--json', '-o', file]);
    expect(stdout).toBe('');
    expect(parseDocument(readFileSync(file, 'utf8')).exitCode).toBe(0);
  });

  test('-q prints a line for what is not healthy', async () => {
    const [, ...flags] = endpoint('healthy');
    const targets = [lab.endpoint('healthy').target, lab.endpoint('expired').target];
    const { stdout } = await hellofin([...targets, ...flags, '-q']);
    expect(stdout).toMatch(/^✖ birch\.example:\d+ fails: certificate expired 3 days ago\n$/);
  });

  test('nothing of progress without a terminal', async () => {
    expect((await hellofin(endpoint('healthy'))).stderr).toBe('');
  });

  test('a reader that goes away is no bug', async () => {
    const child = spawn(
      'sh',
      ['-c', `"$0" "$@" | head -n 1; true`, process.execPath, command, ...endpoint('expired'), '-vv'],
      {
        env: { ...process.env, ...surroundings },
      },
    );
    expect(await textOf(child)).toMatch(/^✖ [^\n]*\n$/);
  });
});

describe('secrets', () => {
  test('are in the key log only, which nobody else can read', async () => {
    const folder = tempDir();
    const [keylog, save] = [join(folder, 'keys.log'), join(folder, 'run.json')];
    const { stdout } = await hellofin([...endpoint('healthy'), '--keylog', keylog, '--save', save, '--json']);
    const secrets = readFileSync(keylog, 'latin1').trim().split('\n');
    expect(secrets.map((line) => line.split(' ')[0])).toContain('CLIENT_TRAFFIC_SECRET_0');
    expect(statSync(keylog).mode & 0o077).toBe(0);
    const saved = readFileSync(save, 'utf8');
    for (const line of secrets) {
      const secret = line.split(' ')[2] ?? '';
      expect(secret.length).toBeGreaterThanOrEqual(64);
      expect(saved).not.toContain(secret);
      expect(stdout).not.toContain(secret);
    }
  });

  test('SSLKEYLOGFILE is honoured', async () => {
    const file = join(tempDir(), 'keys.log');
    await hellofin(endpoint('healthy'), { env: { SSLKEYLOGFILE: file } });
    expect(readFileSync(file, 'latin1')).toMatch(/^(CLIENT|SERVER)_HANDSHAKE_TRAFFIC_SECRET /);
  });
});

describe('a saved run', () => {
  test('fits the schema and shows the same screens again', async () => {
    const file = join(tempDir(), 'run.json');
    const live = await hellofin([...endpoint('expired'), '-vv', '--save', file]);
    parseDocument(readFileSync(file, 'utf8'));
    const again = await hellofin(['explain', file, '-vv']);
    expect(again).toEqual(live);
    const json = await hellofin(['explain', file, '--json']);
    expect(parseDocument(json.stdout).results).toMatchObject([{ status: 'findings' }]);
  });

  test.each([
    ['no run', { schema: 'hellofin/1' }],
    ['another schema', { schema: 'hellofin/2', tool: 'x', runs: [] }],
    ['a run with something else in it', { schema: 'hellofin/1', tool: 'x', runs: [{ observations: 'none' }] }],
  ])('is refused when it is none: %s', async (_, document) => {
    const file = join(tempDir(), 'run.json');
    writeFileSync(file, JSON.stringify(document));
    const { code, stderr } = await hellofin(['explain', file]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/not a run saved by hellofin/);
  });
});

describe('what there is', () => {
  test('--version', async () => {
    const { version } = JSON.parse(readFileSync(join(command, '../../package.json'), 'utf8')) as { version: string };
    expect(await hellofin(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('--help lists the commands that exist, with examples', async () => {
    const { code, stdout } = await hellofin(['--help']);
    expect(code).toBe(0);
    for (const name of ['check', 'cert', 'explain', 'lab', 'demo', 'completion', 'schema'])
      expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    for (const name of ['assess', 'listen', 'scan', 'diff']) expect(stdout).not.toMatch(new RegExp(`\\b${name}\\b`));
    expect(stdout).toContain('Examples:');
  });

  test.each(['check', 'cert', 'explain', 'lab', 'demo', 'completion', 'schema'])(
    '%s --help has examples',
    async (name) => {
      const { code, stdout } = await hellofin([name, '--help']);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`\\nExamples:\\n {2}hellofin ${name}`));
    },
  );

  test('schema prints the schema', async () => {
    const { stdout } = await hellofin(['schema']);
    expect(JSON.parse(stdout)).toMatchObject({ title: 'hellofin/1' });
  });

  test('the completion of bash is a script without errors that knows the flags', async () => {
    const { stdout } = await hellofin(['completion', 'bash']);
    for (const word of ['cert', '--full-chain', '--offline', '--max-connections']) expect(stdout).toContain(word);
    const checked = spawn('bash', ['-n'], { stdio: ['pipe', 'pipe', 'pipe'] });
    checked.stdin.end(stdout);
    expect(await textOf(checked)).toBe('');
  });

  test.each(['zsh', 'fish'])('the completion of %s names commands and flags', async (shell) => {
    const { stdout } = await hellofin(['completion', shell]);
    for (const word of ['cert', 'full-chain', 'explain', 'completion', 'max-connections'])
      expect(stdout).toContain(word);
  });

  test('lab serves until it is interrupted', async () => {
    const child = spawn(process.execPath, [command, 'lab', '--json'], { env: { ...process.env, ...surroundings } });
    const text = await new Promise<string>((resolve) => {
      let printed = '';
      child.stdout.on('data', (chunk) => {
        printed += chunk;
        if (printed.endsWith('}\n')) resolve(printed);
      });
    });
    const { lab: served } = parseDocument(text) as {
      lab?: { ca: string; resolver: string; endpoints: { target: string }[] };
    };
    const { code } = await hellofin([
      served?.endpoints[0]?.target ?? '',
      ...['--ca', served?.ca ?? '', '--resolver', served?.resolver ?? ''],
    ]);
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGINT');
    expect([code, await ended]).toEqual([0, 130]);
  });
});

function textOf(child: ChildProcess): Promise<string> {
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => child.once('close', () => resolve(Buffer.concat(chunks).toString())));
}
