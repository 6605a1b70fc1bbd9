import { describe, expect, test } from 'vitest';
import { InputError, type Run, SCHEMA } from '../diagnose/index.ts';
import { parseRuns, runsDocument } from './run-file.ts';

const run: Run = {
  schema: SCHEMA,
  tool: 'hellofin test',
  target: { text: 'a', host: 'a.example', isAddress: false, port: 443, protocol: 'unknown', path: '/' },
  settings: {
    ...{ timeout: 5_000, maxConnections: 10, identity: 'a.example', trust: 'roots', http: true, families: [4, 6] },
    input: { alpn: [], clientCertificate: false },
    expiry: { value: 20, unit: 'percent' },
  },
  ...{ startedAt: 0, clock: 0, took: 1 },
  observations: [{ kind: 'tcp', connection: 1, at: 0, took: 1, address: '192.0.2.10', port: 443, status: 'refused' }],
};

function parse(changed: object) {
  return parseRuns(JSON.stringify({ schema: SCHEMA, tool: 'x', runs: [{ ...run, ...changed }] }), 'run.json');
}

test('what was written is read', () => {
  expect(parseRuns(runsDocument('x', [run]), 'run.json')).toEqual([run]);
});

test('the change of a whole handshake is kept', () => {
  const [tcp] = run.observations;
  const changed = { observations: [{ ...tcp, change: 'handshake:server_name:www.a.example' }] };
  expect(parse(changed)).toEqual([{ ...run, ...changed }]);
});

test('members of later versions are passed over', () => {
  expect(parse({ later: 1 })).toEqual([run]);
});

describe('what is no run is refused, with the place', () => {
  const tcp = run.observations[0];
  test.each<[object, RegExp]>([
    [{ schema: 'hellofin/2' }, /runs\.0\.schema/],
    [{ target: { ...run.target, port: 70_000 } }, /runs\.0\.target\.port/],
    [{ clock: 1e300 }, /runs\.0\.clock/],
    [{ observations: [{ ...tcp, status: 'fine' }] }, /observations\.0\.status/],
    [{ observations: [{ ...tcp, connection: -1 }] }, /observations\.0\.connection/],
    [{ observations: [{ ...tcp, change: 'handshake:server_name:*.a' }] }, /observations\.0\.change/],
    [{ observations: [{ kind: 'nothing' }] }, /observations\.0\.kind/],
    [{ observations: Array.from({ length: 10_001 }, () => tcp) }, /runs\.0\.observations/],
    [{ observations: [{ ...tcp, address: 'x'.repeat(300_000) }] }, /observations\.0\.address/],
  ])('%#', (changed, place) => {
    expect(() => parse(changed)).toThrow(InputError);
    expect(() => parse(changed)).toThrow(place);
  });

  test('bytes that are none', () => {
    const exchange = {
      ...{ kind: 'exchange', connection: 2, at: 0, took: 1, address: '192.0.2.10', port: 443, change: 'groups:all' },
      ...{ sent: { hex: '' }, received: { hex: 'xyz' }, end: 'open' },
    };
    expect(() => parse({ observations: [exchange] })).toThrow(/received\.hex/);
    expect(() => parse({ observations: [{ ...exchange, received: { hex: '' }, change: 'magic' }] })).toThrow(/change/);
  });

  test('what is not even JSON', () => {
    expect(() => parseRuns('{', 'run.json')).toThrow('run.json: not JSON');
  });
});
