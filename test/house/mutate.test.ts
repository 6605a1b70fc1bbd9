import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { mutants } from '../../scripts/mutate/mutants.mjs';
import { run, tempDir } from '../support/peers.ts';

const root = resolve(import.meta.dirname, '../..');

test('a throw goes whole, over lines, brackets, strings and comments', () => {
  const source = [
    `if (a) throw new Error(\`x; \${b({ c: ';' })}\`); // throw nothing;`,
    'if (b) {',
    "  throw new TlsError({ code: 'X', // why;",
    "    message: '}' });",
    '}',
    "const text = 'throw me;';",
  ].join('\n');
  const found = mutants(source);
  expect(found.map(({ line }) => line)).toEqual([1, 3]);
  expect(found[0]?.text).toContain('if (a) ; // throw nothing;\nif (b) {\n  throw');
  expect(found[1]?.text).toMatch(/if \(b\) \{\n {2};\n\}\nconst/);
});

test('a returned alert goes, other returns and impossible errors stay', () => {
  const source = "return fatal('x'); return { alert: 'y' }; return 3; throw new TlsError({ code: 'INTERNAL' });";
  expect(mutants(source).map(({ removed }) => removed)).toEqual(["return fatal('x');", "return { alert: 'y' };"]);
});

test('a regular expression hides nothing', () => {
  expect(mutants("const a = /'/;\nthrow b;\nconst c = /'/;")).toHaveLength(1);
});

test('a survivor is named, the tree is left alone', async () => {
  const project = tempDir();
  mkdirSync(join(project, 'src'));
  const source =
    'export function half(n) {\n  if (n < 0) throw new Error();\n  if (n % 2) throw new Error();\n  return n / 2;\n}\n';
  writeFileSync(join(project, 'src/half.ts'), source);
  writeFileSync(
    join(project, 'src/half.test.ts'),
    `import { expect, test } from 'vitest';
     import { half } from './half.ts';
     test('half', () => { expect(half(4)).toBe(2); expect(() => half(3)).toThrow(); });`,
  );
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(project, '.gitignore'), 'node_modules\n');
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
  execFileSync('git', ['init', '-q'], { cwd: project });
  const result = await run(process.execPath, [join(root, 'scripts/mutate.mjs'), 'src/half.ts'], {
    cwd: project,
    env: { TMPDIR: tempDir() },
  });
  expect(result.stdout, result.stderr).toBe(
    'src/half.ts:2 survives without: throw new Error();\nmutants: 1 noticed, 1 survived\n',
  );
  expect(result.code).toBe(1);
  expect(readFileSync(join(project, 'src/half.ts'), 'utf8')).toBe(source);
});
