/** A fault of a real server as a row of a table: what the command has to say of it, and of the repaired server nothing. */
import { describe, expect, test } from 'vitest';
import { isNamedAndProved } from '../../src/cli/commands/demo-verdict.ts';
import { causeOf, type Finding, type FindingCode, type Proof } from '../../src/diagnose/index.ts';
import { run } from '../support/peers.ts';
import { during, type Said, type Setup, said } from './servers.ts';

/** A fault, with what is said of it. */
export interface Fault {
  readonly name: string;
  readonly broken: Setup;
  /** The same with that done which the fix says. */
  readonly repaired: Setup;
  readonly code: FindingCode;
  readonly title: RegExp;
  readonly proof: { readonly kind: Proof['kind']; readonly changed?: RegExp; readonly after: RegExp };
  /** The message whose bytes are shown. */
  readonly where?: string;
  readonly fix: RegExp;
  /** What the commands for a colleague print, one after the other. */
  readonly shows: RegExp;
}

/** Registers two tests for each fault: it is told, and it is gone. */
export function describeFaults(faults: readonly Fault[]): void {
  describe.each(faults.map((fault) => ({ ...fault })))('$name', (fault) => {
    test(`is told as ${fault.code}, proved`, () =>
      during(fault.broken, async ({ port }) => {
        const seen = await said(port, fault.broken.flags);
        expectFault(fault, seen);
        await expectShown(fault, seen.faults[0]?.reproduce ?? []);
      }));

    test('once repaired, nothing is told', async () => {
      const seen = await during(fault.repaired, ({ port }) => said(port, fault.repaired.flags));
      expect(seen).toMatchObject({ code: 0, status: 'healthy', faults: [] });
    });
  });
}

function expectFault(fault: Fault, { code, status, connections, faults }: Said): void {
  expect(faults.map((finding) => finding.code)).toEqual([fault.code]);
  const [finding] = faults as readonly [Finding];
  const cause = { cause: fault.code, proof: fault.proof.kind };
  expect(isNamedAndProved(cause, faults, connections), JSON.stringify(finding.proof)).toBe(true);
  expect(finding.title).toMatch(fault.title);
  expect(finding.proof.changed ?? '').toMatch(fault.proof.changed ?? /^$/);
  expect(finding.proof.after).toMatch(fault.proof.after);
  expect(finding.where?.message).toBe(fault.where);
  expect(finding.fix.text).toMatch(fault.fix);
  expect(finding.severity).toBe(causeOf(fault.code)?.severity);
  expect(status).toBe('findings');
  expect(code).toBe(finding.severity === 'error' ? 1 : 0);
  expect(connections).toBeLessThanOrEqual(10);
}

async function expectShown({ broken, shows }: Fault, commands: readonly string[]): Promise<void> {
  // The files are the user's own.
  const value = (flag: string) => broken.flags[broken.flags.indexOf(flag) + 1] ?? '';
  let printed = '';
  for (const command of commands) {
    expect(command).toMatch(/^(openssl|curl) /);
    const filled = command
      .replace('--cert FILE', `--cert ${value('--cert')}`)
      .replace('--key FILE', `--key ${value('--key')}`);
    const { stdout, stderr } = await run('timeout', ['20', 'sh', '-c', filled]);
    printed += stdout + stderr;
  }
  expect(printed, commands.join('\n')).toMatch(shows);
}
