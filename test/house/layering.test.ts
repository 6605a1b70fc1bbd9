/**
 * Proves that the compiler guards the direction of the house: files that reach for I/O, for Node's globals or for a
 * later room are put into a copy of every core room, and every one of them must fail to compile.
 */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkImports } from '../../scripts/gates/imports.mjs';
import { run, tempDir } from '../support/peers.ts';

const root = resolve(import.meta.dirname, '../..');

/** The law of ARCHITECTURE.md: which rooms each room may import. A room may ask for less, never for more. */
const law: Record<string, readonly string[]> = {
  bytes: [],
  crypto: ['bytes'],
  asn1: ['bytes'],
  tls: ['bytes', 'crypto', 'asn1'],
  x509: ['bytes', 'crypto', 'asn1'],
  explain: ['bytes', 'crypto', 'asn1', 'tls', 'x509'],
  diagnose: ['bytes', 'crypto', 'asn1', 'tls', 'x509', 'explain'],
  'crypto/noble': ['bytes', 'crypto'],
};
const coreRooms = Object.keys(law);
const allRooms = [...coreRooms, 'crypto/node', 'node', 'lab', 'cli', 'entry'];

/** Ways to reach the outside, with the error that the compiler must give for each. */
const outside: Record<string, readonly [code: string, error: RegExp]> = {
  'node-net': [
    "import { connect } from 'node:net';\nexport const use = connect;",
    /Cannot find (name|module) 'node:net'/,
  ],
  'bare-fs': ["import { readFileSync } from 'fs';\nexport const use = readFileSync;", /Cannot find (name|module) 'fs'/],
  'type-only': [
    "import type { Socket } from 'node:net';\nexport type Use = Socket;",
    /Cannot find (name|module) 'node:net'/,
  ],
  'type-query': ["export type Use = import('node:net').Socket;", /Cannot find (name|module) 'node:net'/],
  'dynamic-import': ["export const use = () => import('node:net');", /Cannot find (name|module) 'node:net'/],
  require: ["export const use = require('node:fs');", /Cannot find (name|module) 'require'/],
  process: ['export const use = process.env;', /Cannot find (name|module) 'process'/],
  'global-this': ['export const use = globalThis.process;', /no index signature|does not exist/],
  buffer: ["export const use = Buffer.from('');", /Cannot find (name|module) 'Buffer'/],
  timeout: ['setTimeout(() => undefined, 1);\nexport {};', /Cannot find (name|module) 'setTimeout'/],
  microtask: ['queueMicrotask(() => undefined);\nexport {};', /Cannot find (name|module) 'queueMicrotask'/],
  console: ["console.log('');\nexport {};", /Cannot find (name|module) 'console'/],
  'text-encoder': ['export const use = new TextEncoder();', /Cannot find (name|module) 'TextEncoder'/],
  url: ["export const use = new URL('https://localhost');", /Cannot find (name|module) 'URL'/],
  fetch: ["export const use = fetch('https://localhost');", /Cannot find (name|module) 'fetch'/],
  performance: ['export const use = performance.now();', /Cannot find (name|module) 'performance'/],
  'web-crypto': ['export const use = crypto.subtle;', /Cannot find (name|module) 'crypto'/],
  document: ['export const use = document.title;', /Cannot find (name|module) 'document'/],
};

/** What every core room may do. It must compile, or the errors above would prove nothing. */
const control = 'export const use = new Uint8Array(new DataView(new ArrayBuffer(4)).getUint16(0)).subarray(0);';

const references = new Map<string, string[]>();
const errors = new Map<string, string>();

beforeAll(async () => {
  const copy = tempDir();
  cpSync(join(root, 'src'), join(copy, 'src'), { recursive: true });
  cpSync(join(root, 'tsconfig.base.json'), join(copy, 'tsconfig.base.json'));
  cpSync(join(root, 'package.json'), join(copy, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const room of allRooms) {
    mkdirSync(join(copy, 'src', room), { recursive: true });
    writeFileSync(join(copy, 'src', room, 'probe-target.ts'), 'export const target = 1;\n');
  }
  for (const room of coreRooms) {
    const project: { references: { path: string }[] } = JSON.parse(
      readFileSync(join(copy, 'src', room, 'tsconfig.json'), 'utf8'),
    );
    const from = join('/src', room);
    references.set(
      room,
      project.references.map(({ path }) => resolve(from, path).substring('/src/'.length)),
    );
    const probe = (name: string, code: string) =>
      writeFileSync(join(copy, 'src', room, `probe-${name}.ts`), `${code}\n`);
    probe('control', control);
    for (const [name, [code]] of Object.entries(outside)) probe(name, code);
    for (const other of allRooms) {
      const path = `${room.includes('/') ? '../..' : '..'}/${other}/probe-target.ts`;
      if (other !== room) probe(`room-${other.replace('/', '-')}`, `export { target } from '${path}';`);
    }
  }
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const projects = coreRooms.map((room) => `src/${room}`);
  const result = await run(process.execPath, [tsc, '-b', '--pretty', 'false', ...projects], { cwd: copy });
  for (const [, file, message] of result.stdout.matchAll(/^(src\S+\.ts)\(\d+,\d+\): error (.*)$/gm)) {
    errors.set(file ?? '', `${errors.get(file ?? '') ?? ''}${message}\n`);
  }
}, 60_000);

describe.each(coreRooms)('src/%s', (room) => {
  test('compiles what it may do', () => {
    expect(errors.get(`src/${room}/probe-control.ts`)).toBeUndefined();
  });

  test.each(Object.entries(outside))('cannot reach outside by %s', (name, [, error]) => {
    expect(errors.get(`src/${room}/probe-${name}.ts`)).toMatch(error);
  });

  test('refers to earlier rooms only', () => {
    expect(law[room]).toEqual(expect.arrayContaining(references.get(room) ?? ['unread']));
  });

  test('cannot import a later room', () => {
    for (const other of allRooms) {
      const failure = errors.get(`src/${room}/probe-room-${other.replace('/', '-')}.ts`);
      if (references.get(room)?.includes(other) === true) expect(failure, other).toBeUndefined();
      else if (other !== room && law[room]?.includes(other) !== true) {
        expect(failure, other).toMatch(/is not listed within the file list of project/);
      }
    }
  });
});

/** Doors that the compiler leaves open: packages bring Node's types along, directives and casts switch it off. */
const doors: Record<string, readonly [path: string, code: string, complaint: RegExp]> = {
  'a package in the core': ['src/tls/a.ts', "import { Command } from 'commander';", /imports the package 'commander'/],
  'a package nobody declared': ['src/node/a.ts', "import x from 'left-pad';", /imports the package 'left-pad'/],
  'a types reference': ['src/x509/a.ts', '/// <reference types="node" />', /triple-slash/],
  'an ignored error': ['src/bytes/a.ts', '// @ts-ignore', /@ts-ignore/],
  'an expected error': ['src/cli/a.ts', '// @ts-expect-error', /@ts-expect-error/],
  'a global declaration': ['src/asn1/a.ts', 'declare global {}', /declare/],
  'an ambient variable': ['src/asn1/a.ts', 'declare const process: { pid: number };', /declare/],
  'dist beside src': ['src/tls/a.ts', "export * from '../../dist/node/index.js';", /leaves src/],
};

test.each(Object.entries(doors))('the import gate closes %s', (_, [path, code, complaint]) => {
  expect(checkImports([{ path, text: `${code}\n` }]).join('\n')).toMatch(complaint);
});

test('the import gate lets each room use its own packages', () => {
  const files = [
    { path: 'src/crypto/noble/a.ts', text: "import { sha256 } from '@noble/hashes/sha2.js';\n" },
    { path: 'src/node/a.ts', text: "import { connect } from 'node:net';\n" },
    { path: 'src/cli/a.ts', text: "import { Command } from 'commander';\nimport { x } from '../tls/index.ts';\n" },
  ];
  expect(checkImports(files)).toEqual([]);
});
