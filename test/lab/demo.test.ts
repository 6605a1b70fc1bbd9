/** The demo tells right from wrong: it fails as soon as an endpoint is not what its name says. */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runDemo } from '../../src/cli/commands/demo.ts';
import type { EndpointSpec } from '../../src/lab/endpoint.ts';
import { ENDPOINTS } from '../../src/lab/endpoints/index.ts';
import { startEndpoints } from '../../src/lab/lab.ts';
import { command, surroundings } from '../cli/command.ts';
import { tempDir } from '../support/peers.ts';

function spec(id: string): EndpointSpec {
  const found = ENDPOINTS.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no endpoint ${id}`);
  return found;
}

async function demo(specs: readonly EndpointSpec[]) {
  const lab = await startEndpoints(specs);
  let stdout = '';
  const print = (text: string) => {
    stdout += text;
  };
  try {
    const io = { env: { ...process.env, ...surroundings }, stdout: {}, stderr: { write: () => true } };
    const code = await runDemo(lab, { ...io, print, onInterrupt: () => undefined });
    const row = (id: string) => stdout.split('\n').find((line) => line.startsWith(`✔ ${lab.endpoint(id).target}  `));
    return { code, stdout, lab, row };
  } finally {
    await lab.close();
  }
}

const some = ['healthy', 'nxdomain', 'unknown-name', 'client-cert', 'expired', 'self-signed'].map(spec);

test('shows every screen in order, and a table of what was true and what was found', async () => {
  const { code, stdout, lab, row } = await demo(some);
  expect(code, stdout).toBe(0);
  const screens = lab.endpoints.map(({ target, cause }) => [
    stdout.indexOf(`$ hellofin ${target}\n`),
    stdout.indexOf(cause === null ? `✔ ${target} healthy` : `error[${cause}]`),
  ]);
  expect(screens.flat()).toEqual(screens.flat().toSorted((a, b) => a - b));
  expect(screens.flat()).not.toContain(-1);
  expect(stdout).toMatch(/\n {2}endpoint +true cause +cause found +proof\n/);
  expect(row('healthy')).toMatch(/ none +none$/);
  expect(row('nxdomain')).toMatch(/ NAME_NOT_RESOLVED +NAME_NOT_RESOLVED +DNS: A NXDOMAIN and AAAA NXDOMAIN$/);
  expect(row('unknown-name')).toMatch(
    / SNI_REJECTED +SNI_REJECTED +server name: dahlia\.example -> none: .*connections/,
  );
  expect(row('expired')).toMatch(/ CERT_EXPIRED +CERT_EXPIRED +Certificate message, bytes \d+\.\.\d+$/);
  expect(stdout).toContain('6 of 6 endpoints told right, 5 of them with a cause to name and prove; 5 of 5 repaired');
});

test('two endpoints that are swapped are told by what they are, and the demo fails', async () => {
  const [expired, selfSigned] = [spec('expired'), spec('self-signed')];
  const swapped = [
    { ...expired, served: selfSigned.served },
    { ...selfSigned, served: expired.served },
  ];
  const { code, stdout, lab } = await demo([spec('healthy'), ...swapped]);
  expect(code).toBe(1);
  for (const id of ['expired', 'self-signed']) {
    expect(stdout).toContain(`not named and proved: ${lab.endpoint(id).target} (${id})`);
  }
  expect(stdout).not.toContain('(healthy)');
  expect(stdout).toMatch(/✖ birch\.example:\d+ +CERT_EXPIRED +CERT_SELF_SIGNED/);
  expect(stdout).toMatch(/✖ daisy\.example:\d+ +CERT_SELF_SIGNED +CERT_EXPIRED/);
});

test('so does one with a healthy endpoint under the name of a broken one, and the other way round', async () => {
  const [healthy, expired] = [spec('healthy'), spec('expired')];
  const { code, stdout } = await demo([
    { ...healthy, served: expired.served },
    { ...expired, served: healthy.served },
  ]);
  expect(code).toBe(1);
  expect(stdout).toContain('0 of 2 endpoints told right');
});

test('so does one with a twin that is not repaired', async () => {
  const expired = spec('expired');
  const { code, stdout, lab } = await demo([{ ...expired, repaired: expired.served }]);
  expect(code).toBe(1);
  expect(stdout).toContain(`repaired, and still with a finding: ${lab.endpoint('expired').repaired?.target}`);
  expect(stdout).toContain('1 of 1 endpoints told right');
});

test('interrupted, it leaves nothing behind', async () => {
  const folder = tempDir();
  const child = spawn(process.execPath, [command, 'demo'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...surroundings, TMPDIR: folder },
  });
  child.stdout.once('data', () => child.kill('SIGINT'));
  child.stdout.resume();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  expect(await ended).toBe(130);
  expect(readdirSync(folder)).toEqual([]);
});
