/** Which probe comes next, and when to stop. */
import { describe, expect, test } from 'vitest';
import { factsOf } from '../../src/diagnose/facts.ts';
import { CAUSES, type Observation } from '../../src/diagnose/index.ts';
import { nextProbe, searchAt } from '../../src/diagnose/planner.ts';
import { ALERT_40, alerted, dns, failed, probe, runOf, SERVER_HELLO, tcp } from './build.ts';

const base = [dns('192.0.2.10'), tcp(1, '192.0.2.10')];

function plan(...observations: Observation[]): string | undefined {
  return nextProbe(factsOf(runOf([...base, ...observations])), CAUSES)?.change.id;
}

function search(...observations: Observation[]) {
  const facts = factsOf(runOf([...base, ...observations]));
  const [address] = facts.addresses;
  if (address === undefined) throw new Error('no address');
  const { remaining, ruledOut, proved } = searchAt(address, facts, CAUSES);
  const codes = (list: typeof remaining) => list.map(({ code }) => code);
  return { remaining: codes(remaining), ruledOut: codes(ruledOut), proved: proved?.code };
}

describe('the next probe', () => {
  test('is none where nothing failed, or nothing was reached', () => {
    expect(plan()).toBeUndefined();
    expect(nextProbe(factsOf(runOf([dns('192.0.2.10'), tcp(1, '192.0.2.10', 'refused')])), CAUSES)).toBeUndefined();
  });

  test('is the one that the alert points to', () => {
    expect(plan(alerted(1, 'protocol_version'))).toBe('versions:1.2');
    expect(plan(alerted(1, 'unrecognized_name'))).toBe('server_name:none');
  });

  test('is one that would prove a likely cause, where no split tells more', () => {
    expect(plan(alerted(1, 'handshake_failure'))).toBe('cipher_suites:all');
  });

  test('splits the causes of an alert that says nothing of any', () => {
    expect(plan(alerted(1, 'internal_error'))).toBe('offer:all');
  });

  test('goes on among those that the split left', () => {
    const offered = plan(alerted(1, 'handshake_failure'), ...probe(2, 'offer:all', SERVER_HELLO));
    expect(['cipher_suites:all', 'groups:all', 'signature_schemes:all']).toContain(offered);
    const refused = plan(alerted(1, 'handshake_failure'), ...probe(2, 'offer:all', ALERT_40));
    expect(['server_name:none', 'versions:1.2', 'alpn:none']).toContain(refused);
  });

  test('proves the last cause that is left, though it rules nothing out any more', () => {
    const probes = [
      ...probe(2, 'offer:all', SERVER_HELLO),
      ...probe(3, 'cipher_suites:all', ALERT_40),
      ...probe(4, 'groups:all', ALERT_40),
    ];
    expect(plan(alerted(1, 'handshake_failure'), ...probes)).toBe('signature_schemes:all');
  });

  test('is the control once a change has passed, twice in a row, and none once both have failed', () => {
    const seen = [alerted(1, 'handshake_failure'), ...probe(2, 'groups:all', SERVER_HELLO)];
    expect(plan(...seen)).toBe('none');
    const control = [...seen, ...probe(3, 'none', ALERT_40)];
    expect(plan(...control)).toBe('none');
    expect(search(...control).proved).toBe('NO_COMMON_GROUP');
    // Then what else the server has is asked for, until it has no more.
    const proved = [...control, ...probe(4, 'none', ALERT_40)];
    expect(plan(...proved)).toBe('groups:without:001d');
    expect(plan(...proved, ...probe(5, 'groups:without:001d', ALERT_40))).toBeUndefined();
  });

  test('is one control after an alert that says its reason', () => {
    const seen = [alerted(1, 'protocol_version'), ...probe(2, 'versions:1.2', SERVER_HELLO)];
    expect(plan(...seen)).toBe('none');
    expect(plan(...seen, ...probe(3, 'none', '15030300020246'))).toBeUndefined();
  });

  test('proves nothing when the second control passes: two servers may take turns', () => {
    const seen = [
      alerted(1, 'handshake_failure'),
      ...probe(2, 'groups:all', SERVER_HELLO),
      ...probe(3, 'none', ALERT_40),
      ...probe(4, 'none', SERVER_HELLO),
    ];
    expect(search(...seen)).toMatchObject({ remaining: [], proved: undefined });
    expect(plan(...seen)).toBeUndefined();
  });

  test('is none when the same ClientHello passes: no change explains that', () => {
    const seen = [alerted(1, 'handshake_failure'), ...probe(2, 'groups:all', SERVER_HELLO)];
    expect(plan(...seen, ...probe(3, 'none', SERVER_HELLO))).toBeUndefined();
    expect(search(...seen, ...probe(3, 'none', SERVER_HELLO))).toMatchObject({ remaining: [], proved: undefined });
  });

  test('is the same once more when every change was tried, and then none', () => {
    const hellos = ['preamble:proxy', 'versions:1.2', 'server_name:none'] as const;
    const tried = ['protocol:http', 'protocol:postgresql', ...hellos] as const;
    const probes = tried.flatMap((change, index) => probe(index + 2, change, '', 'closed'));
    expect(plan(failed(1, 'closed'), ...probes)).toBe('none');
    expect(plan(failed(1, 'closed'), ...probes, ...probe(9, 'none', '', 'closed'))).toBeUndefined();
  });

  test('is not the same once more where that would wait for a silence again', () => {
    const hellos = ['preamble:proxy', 'versions:1.2', 'server_name:none'] as const;
    const tried = ['protocol:http', ...hellos] as const;
    const probes = tried.flatMap((change, index) => probe(index + 2, change, '', 'timeout'));
    expect(plan(failed(1, 'timeout'), ...probes)).toBeUndefined();
  });

  test('is never one that was made before', () => {
    const seen: string[] = [];
    let observations: Observation[] = [failed(1, 'closed')];
    for (let id = plan(...observations); id !== undefined; id = plan(...observations)) {
      expect(seen).not.toContain(id);
      seen.push(id);
      observations = [...observations, ...probe(seen.length + 1, id as 'groups:all', '', 'timeout')];
    }
    expect(seen.length).toBeGreaterThan(2);
  });

  test('is made at one of the addresses that fail alike', () => {
    const both = [dns('192.0.2.10', '192.0.2.11'), tcp(1, '192.0.2.10'), tcp(2, '192.0.2.11')];
    const facts = factsOf(
      runOf([
        ...both,
        failed(1, 'closed'),
        failed(2, 'closed'),
        ...probe(3, 'protocol:http', '485454502f312e3120323030'),
      ]),
    );
    expect(nextProbe(facts, CAUSES)).toBeUndefined();
  });
});

describe('the search', () => {
  test('rules out what foretold another outcome', () => {
    const { remaining, ruledOut } = search(alerted(1, 'handshake_failure'), ...probe(2, 'offer:all', SERVER_HELLO));
    expect(remaining).toEqual(['NO_COMMON_CIPHER_SUITE', 'NO_COMMON_GROUP', 'NO_COMMON_SIGNATURE_SCHEME']);
    expect(ruledOut).toEqual(['NO_COMMON_VERSION', 'SNI_REJECTED', 'ALPN_REFUSED']);
  });

  test('rules out nothing by a probe that heard nothing', () => {
    const { ruledOut } = search(alerted(1, 'handshake_failure'), ...probe(2, 'offer:all', '', 'timeout'));
    expect(ruledOut).toEqual([]);
  });

  test('does not take an older version that works for the cause while others may be', () => {
    const seen = [
      alerted(1, 'handshake_failure'),
      ...probe(2, 'versions:1.2', SERVER_HELLO),
      ...probe(3, 'none', ALERT_40),
    ];
    const { remaining, proved } = search(...seen);
    expect(remaining).toContain('NO_COMMON_CIPHER_SUITE');
    expect(proved).toBe('NO_COMMON_VERSION');
    expect(plan(...seen)).toBeDefined();
  });

  test('suspects nothing after bytes that say what they are', () => {
    expect(search(failed(1, 'closed', { received: 3 }))).toEqual({ remaining: [], ruledOut: [], proved: undefined });
  });
});
