import { describe, expect, test } from 'vitest';
import { type FoundFinding, isNamedAndProved, proofText } from './demo-verdict.ts';

const where = { message: 'Certificate message', bytes: { start: 100, end: 115 } };
const evidence = [{ kind: 'text', text: 'seen' }];

function found(proof: FoundFinding['proof'], change: Partial<FoundFinding> = {}): FoundFinding {
  return { code: 'CERT_EXPIRED', where, evidence, proof, ...change };
}

const bytes: FoundFinding['proof'] = { kind: 'bytes', after: 'expired', connections: [1] };
const probe: FoundFinding['proof'] = {
  ...{
    kind: 'probe',
    changed: 'server name: a -> none',
    before: 'alert 112',
    after: 'ServerHello',
    connections: [1, 2],
  },
};
const expired = { cause: 'CERT_EXPIRED', proof: 'bytes' } as const;

test('what is named and proved', () => {
  expect(isNamedAndProved(expired, [found(bytes)], 1)).toBe(true);
  expect(isNamedAndProved({ ...expired, proof: 'probe' }, [found(probe)], 2)).toBe(true);
  const dns = found({ kind: 'dns', after: 'A NXDOMAIN', connections: [] });
  expect(isNamedAndProved({ ...expired, proof: 'dns' }, [dns], 0)).toBe(true);
  const tcp = found({ kind: 'tcp', after: 'refused', connections: [1] }, { where: null });
  expect(isNamedAndProved({ ...expired, proof: 'tcp' }, [tcp], 1)).toBe(true);
  const seen = found({ kind: 'observation', after: 'connection reset', connections: [1, 2, 3] });
  expect(isNamedAndProved({ ...expired, proof: 'observation' }, [seen], 3)).toBe(true);
  expect(isNamedAndProved({ cause: null, proof: null }, [], 1)).toBe(true);
});

describe('what is not', () => {
  test.each<[string, readonly FoundFinding[]]>([
    ['nothing', []],
    ['another cause', [found(bytes, { code: 'CERT_SELF_SIGNED' })]],
    ['another beside it', [found(bytes), found(bytes, { code: 'NAME_MISMATCH' })]],
    ['a proof of another kind', [found(probe)]],
    ['a proof without a result', [found({ kind: 'bytes', connections: [1] })]],
    ['a proof without a connection', [found({ ...bytes, connections: [] })]],
    ['a connection that there was not', [found({ ...bytes, connections: [4] })]],
    ['a connection of number 0', [found({ ...bytes, connections: [0] })]],
    ['a connection twice', [found({ ...bytes, connections: [1, 1] })]],
    ['bytes that are not shown', [found(bytes, { evidence: [] })]],
  ])('%s', (_, findings) => {
    expect(isNamedAndProved(expired, findings, 3)).toBe(false);
  });

  test.each<[string, FoundFinding['proof']]>([
    ['without the failing connection', { ...probe, connections: [2] }],
    ['that does not say what it changed', { ...probe, changed: '' }],
    ['that does not say what it changed from', { kind: 'probe', changed: 'a', after: 'b', connections: [1, 2] }],
  ])('a probe %s', (_, proof) => {
    expect(isNamedAndProved({ ...expired, proof: 'probe' }, [found(proof)], 3)).toBe(false);
  });

  test('DNS with connections', () => {
    const dns = found({ kind: 'dns', after: 'A NXDOMAIN', connections: [] });
    expect(isNamedAndProved({ ...expired, proof: 'dns' }, [dns], 1)).toBe(false);
  });

  test('a finding where nothing is wrong', () => {
    expect(isNamedAndProved({ cause: null, proof: null }, [found(bytes)], 1)).toBe(false);
  });
});

test.each<[string, FoundFinding]>([
  ['Certificate message, bytes 100..114', found(bytes)],
  ['bytes: expired', found(bytes, { where: null })],
  ['server name: a -> none: ServerHello (2 connections)', found(probe)],
  ['DNS: A NXDOMAIN', found({ kind: 'dns', after: 'A NXDOMAIN', connections: [] })],
  ['TCP: refused', found({ kind: 'tcp', after: 'refused', connections: [1] })],
  ['seen: silence (1 connection)', found({ kind: 'observation', after: 'silence', connections: [1] })],
])('%s', (text, finding) => {
  expect(proofText(finding)).toBe(text);
});
