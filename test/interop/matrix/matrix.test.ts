/**
 * The matrix: every peer, both ways round, every scenario, in both versions. What it is made of is data: scenarios.ts
 * and peers/. HELLOFIN_MATRIX=full takes the optional peers too, HELLOFIN_MATRIX_RESULTS=FILE keeps what came out.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requirePeer, run } from '../../support/peers.ts';
import { GO_COMPILE_TIMEOUT, goPeer } from '../go-peer.ts';
import { fileCa, ocspResponse } from '../openssl.ts';
import { converse, expected, type Place, placesOf, reasonOf, witness } from './cell.ts';
import type { Material, Peer } from './peer.ts';
import { PEERS } from './peers/index.ts';
import { SCENARIOS } from './scenarios.ts';

const isFull = process.env.HELLOFIN_MATRIX === 'full';
const report = process.env.HELLOFIN_MATRIX_RESULTS;
const results: Cell[] = [];
const versions = new Map<Peer, string>();
let material: Material;

/** What came of a place; `why` is who witnessed it, or what is in its way. */
interface Cell {
  readonly peer: string;
  readonly release: string;
  readonly side: string;
  readonly version: string;
  readonly scenario: string;
  result: 'pass' | 'fail' | 'cannot';
  readonly why: string;
}

const present = PEERS.filter(({ isOptional }) => isFull || !isOptional)
  .map((peer) => ({ peer, found: peer.programs.map(requirePeer) }))
  .filter(({ found }) => !found.includes(undefined))
  .map(({ peer }) => peer);

beforeAll(async () => {
  const files = fileCa();
  const server = files.ofType('secp256r1');
  // curl looks for the issuer of an OCSP response's subject in what the server sent.
  appendFileSync(server.certFile, files.ca.cert);
  material = {
    caFile: files.caFile,
    server: { ...server, cert: `${server.cert}${files.ca.cert}` },
    client: files.client(),
    stapleFile: await ocspResponse(files, server),
    timestamp: timestamp(),
  };
  const gos = present.flatMap(({ programs: [name] }) => (name === 'go' || name === 'gonext' ? [name] : []));
  for (const name of gos) await goPeer(name);
}, 2 * GO_COMPILE_TIMEOUT);

afterAll(() => {
  if (report !== undefined) writeFileSync(report, JSON.stringify({ scenarios: SCENARIOS, cells: results }));
});

for (const peer of present) {
  const [program] = peer.programs;
  describe(program, () => {
    beforeAll(async () => {
      const [args, pattern] = peer.version;
      const { stdout, stderr } = await run(requirePeer(program) ?? program, args);
      versions.set(peer, pattern.exec(stdout + stderr)?.[1] ?? 'unknown');
    });

    for (const side of ['server', 'client'] as const) {
      if (peer[side] === undefined) continue;
      const places = placesOf(peer, side, SCENARIOS);
      const able = places.filter((place) => reasonOf(place) === undefined);
      const unable = places.filter((place) => !able.includes(place));
      const titled = able.map((place) => ({ place, title: `${place.version}, ${place.scenario.title}` }));
      describe(`as a ${side}`, () => {
        test.each(titled)('$title', async ({ place }) => {
          const done = keep(place, 'fail', witness(place));
          const accounts = await converse(place, material);
          expect(accounts).toMatchObject(expected(place));
          done.result = 'pass';
        });
        if (unable.length > 0) {
          test('what it cannot do, it cannot do for a reason', () => {
            for (const place of unable) keep(place, 'cannot', reasonOf(place));
            expect(unable.map(reasonOf)).not.toContain('');
          });
        }
      });
    }
  });
}

/** Notes a cell. */
function keep({ peer, side, scenario, version }: Place, result: Cell['result'], why: string | undefined): Cell {
  const release = versions.get(peer) ?? 'unknown';
  const cell = { peer: peer.name, release, side, version, scenario: scenario.id, result, why: why ?? '' };
  results.push(cell);
  return cell;
}

/** A SignedCertificateTimestamp (RFC 6962 section 3.2) by a log that nobody knows. */
function timestamp(): Buffer {
  const head = Buffer.alloc(1 + 32 + 8 + 2, 1);
  head.writeUInt8(0);
  head.writeBigUInt64BE(BigInt(Date.now()), 33);
  head.writeUInt16BE(0, 41);
  const signature = Buffer.alloc(8, 0x30);
  return Buffer.concat([head, Buffer.from([4, 3, 0, signature.length]), signature]);
}
