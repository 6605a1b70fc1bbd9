import { describe, expect, test } from 'vitest';
import { checkDocs, checkLinks } from '../../scripts/gates/docs.mjs';
import { checkDocstrings } from '../../scripts/gates/docstrings.mjs';
import { checkLeaks, digest } from '../../scripts/gates/leaks.mjs';

const source = (text: string) => [{ path: 'src/tls/a.ts', text }];

describe('docstrings', () => {
  const bare = [
    'export function a(): void {}',
    'export async function a(): Promise<void> {}',
    'export function* a(): Generator {}',
    'export const a = 1;',
    'export abstract class A {}',
    'export interface A {}',
    "export type A = 'a';",
  ];
  test.each(bare)('%s needs one', (declaration) => {
    expect(checkDocstrings(source(declaration))).toEqual([expect.stringMatching(/^src\/tls\/a.ts:1 [aA] has no/)]);
    expect(checkDocstrings(source(`/** What it is. */\n${declaration}`))).toEqual([]);
    expect(checkDocstrings(source(`/** What it is. */\n\n${declaration}`))).toHaveLength(1);
    expect(checkDocstrings(source(`/* What it is. */\n${declaration}`))).toHaveLength(1);
    expect(checkDocstrings(source(`/** */\n${declaration}`))).toHaveLength(1);
  });

  test('one stands for all overloads', () => {
    const text = '/** What it is. */\nexport function a(x: 1): 1;\nexport function a(x: 2): 2;';
    expect(checkDocstrings(source(text))).toEqual([]);
  });

  test('no list hides a declaration, a re-export needs nothing', () => {
    expect(checkDocstrings(source('const a = 1;\nexport { a };'))).toHaveLength(1);
    expect(checkDocstrings(source("export { a } from './b.ts';\nexport {\n  b,\n} from './c.ts';"))).toEqual([]);
  });

  test('tests need none', () => {
    expect(checkDocstrings([{ path: 'src/tls/a.test.ts', text: 'export const a = 1;' }])).toEqual([]);
  });
});

describe('docs', () => {
  const page = { path: 'docs/errors.md', text: '| `BAD_FINISHED` | ... |' };

  test('a member of a code union must stand there', () => {
    const union = "/** . */\nexport type AErrorCode =\n  | 'BAD_FINISHED'\n  | 'BAD_MOOD';";
    expect(checkDocs([page, ...source(union)])).toEqual([expect.stringContaining('BAD_MOOD stands in no page')]);
  });

  test('a code property must stand there', () => {
    expect(checkDocs([page, ...source("f({ code: 'BAD_MOOD' }, { code: 'BAD_FINISHED' });")])).toHaveLength(1);
  });

  test('a command and a flag must stand there', () => {
    const cli = { path: 'src/cli/a.ts', text: "program.command('check').option('-q, --quiet').option('--sni NAME');" };
    const commands = (text: string) => checkDocs([{ path: 'docs/commands.md', text }, cli]);
    expect(commands('`check` takes `-q`, `--quiet` and `--sni NAME`.')).toEqual([]);
    expect(commands('`checks` takes `--quietly`, --sni.')).toEqual([
      'src/cli/a.ts:1 check stands in no page of docs/',
      'src/cli/a.ts:1 --quiet stands in no page of docs/',
    ]);
  });

  test('a link must lead somewhere and a script must exist', () => {
    const readme = { path: 'README.md', text: '[errors](docs/errors.md#top) [docs](docs/) `npm run check`' };
    const scripts = { path: 'package.json', text: '{ "scripts": { "check": "true" } }' };
    expect(checkLinks([page, readme, scripts])).toEqual([]);
    const broken = { path: 'docs/a.md', text: '[errors](error.md) `npm run chek`' };
    expect(checkLinks([page, broken, scripts])).toEqual([
      'docs/a.md:1 no file docs/error.md',
      'docs/a.md:1 no script chek',
    ]);
  });
});

describe('leaks', () => {
  const leaks = [
    `/${'home'}/somebody/project`,
    `/${'tmp'}/x.pem`,
    `https://registry.${'npmjs'}.org/left-pad`,
    `-----BEGIN ${'PRIVATE KEY'}-----\n${`${'A'.repeat(64)}\n`.repeat(3)}`,
  ];
  test.each(leaks)('%s is one', (text) => {
    expect(checkLeaks([{ path: 'a.md', text: `first\n${text}` }])).toEqual([expect.stringMatching(/^a.md:2 a /)]);
  });

  test('words of the protocol and paths of every Linux are none', () => {
    const text = 'The session ticket, /etc/ssl/certs, ./work/a, https://localhost/home/a, user agent, Finished.';
    expect(checkLeaks([{ path: 'a.md', text }])).toEqual([]);
  });

  test('a word or a pair of words is told by its digest, in any case, in the path too', () => {
    const unwanted = new Set(['porridge', 'cold soup'].map((words) => digest(words)));
    const complaints = (path: string, text: string) => checkLeaks([{ path, text }], unwanted);
    expect(complaints('a.md', 'soup: cold, porridges')).toEqual([]);
    expect(complaints('a.md', 'x\nno Porridge.')).toEqual(['a.md:2 an unwanted word: porridge']);
    expect(complaints('a.md', 'COLD\nsoup')).toHaveLength(1);
    expect(complaints('docs/porridge.md', '')).toEqual(['docs/porridge.md:1 an unwanted word: porridge']);
  });
});
