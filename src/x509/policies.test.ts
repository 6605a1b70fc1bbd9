import { describe, expect, it, test } from 'vitest';
import { chainOf, codes, issue, type Request, validate } from '../../test/x509/support.ts';
import { DerReader, der, OID } from '../asn1/index.ts';
import { decodeCertificatePolicies, decodePolicyConstraints, decodePolicyMappings } from './extensions/policies.ts';
import { parseCertificate } from './parse.ts';
import { processPolicies } from './policies.ts';

const [A, B, C] = ['1.3.6.1.4.1.99999.1', '1.3.6.1.4.1.99999.2', '1.3.6.1.4.1.99999.3'] as const;

function policies(...oids: readonly string[]) {
  const value = der.sequence(...oids.map((oid) => der.sequence(der.oid(oid))));
  return { oid: OID.certificatePolicies, critical: false, value };
}

function mappings(...pairs: readonly (readonly [string, string])[]) {
  const value = der.sequence(...pairs.map(([from, to]) => der.sequence(der.oid(from), der.oid(to))));
  return { oid: OID.policyMappings, critical: true, value };
}

function requiring(after: number, number = 0) {
  return { oid: OID.policyConstraints, critical: true, value: der.sequence(der.implicit(number, der.integer(after))) };
}

function chain(intermediate: Request['extraExtensions'], leaf: Request['extraExtensions']) {
  const made = chainOf({
    intermediate: { extraExtensions: intermediate ?? [] },
    leaf: { extraExtensions: leaf ?? [] },
  });
  return (input: object = {}) => {
    const { policies: found, ...verdict } = validate([made.leaf.der, made.intermediate.der], [made.root.der], {
      policies: input,
    });
    return [codes({ policies: found, ...verdict }).join(), ...found];
  };
}

describe('certificate policies', () => {
  it('are those of all certificates', () => {
    expect(chain([policies(A, B)], [policies(A)])()).toEqual(['', A]);
    expect(chain([policies(A)], [policies(B)])()).toEqual(['']);
    expect(chain([policies(OID.anyPolicy)], [policies(B)])()).toEqual(['', B]);
    expect(chain([policies(A)], [policies(OID.anyPolicy)])()).toEqual(['', A]);
    expect(chain([policies(OID.anyPolicy)], [policies(OID.anyPolicy)])()).toEqual(['', OID.anyPolicy]);
    expect(chain([policies(A)], [policies(OID.anyPolicy)])({ inhibitAnyPolicy: true })).toEqual(['']);
  });

  it('are missed where they are required', () => {
    expect(chain([], [])({ explicitPolicy: true })).toEqual(['POLICY_MISSING@1']);
    expect(chain([policies(A)], [])({ explicitPolicy: true })).toEqual(['POLICY_MISSING@0']);
    expect(chain([policies(A), requiring(0)], [policies(B)])()).toEqual(['POLICY_MISSING@0']);
    expect(chain([policies(A), requiring(1)], [policies(B)])()).toEqual(['POLICY_MISSING@0']);
    expect(chain([policies(A), requiring(2)], [policies(B)])()).toEqual(['']);
    expect(chain([policies(A)], [policies(B), requiring(0)])()).toEqual(['POLICY_MISSING@0']);
    expect(chain([policies(A)], [policies(A)])({ explicitPolicy: true, initialPolicySet: [B] })).toEqual([
      'POLICY_MISSING@0',
    ]);
    expect(chain([policies(A)], [policies(A)])({ explicitPolicy: true, initialPolicySet: [A, B] })).toEqual(['', A]);
  });

  it('are mapped, in the words of the first CA', () => {
    expect(chain([policies(A), mappings([A, B], [A, C])], [policies(B)])()).toEqual(['', A]);
    expect(chain([policies(A), mappings([A, B])], [policies(A)])()).toEqual(['']);
    expect(chain([policies(OID.anyPolicy), mappings([A, B])], [policies(B)])()).toEqual(['', A]);
    expect(chain([policies(A), mappings([A, B])], [policies(B)])({ inhibitMapping: true })).toEqual(['']);
    expect(chain([policies(A), mappings([A, OID.anyPolicy])], [policies(A)])()[0]).toBe('POLICY_MAPPING_INVALID@1');
    expect(chain([policies(A), mappings([OID.anyPolicy, A])], [policies(A)])()[0]).toBe('POLICY_MAPPING_INVALID@1');
  });

  it('do not grow with what is mapped to what', () => {
    const root = issue({ name: 'R', ca: {} });
    const all = Array.from({ length: 12 }, (_, index) => `1.3.6.1.4.1.99999.${index + 1}`);
    const every = all.flatMap((from) => all.map((to) => [from, to] as const));
    const path = [parseCertificate(issue({ name: 'E', by: root, extraExtensions: [policies(...all)] }).der)];
    for (let depth = 0; depth < 11; depth++) {
      const extraExtensions = [policies(...all), mappings(...every)];
      path.push(parseCertificate(issue({ name: `I${depth}`, by: root, ca: {}, extraExtensions }).der));
    }
    expect(processPolicies(path, undefined).policies).toHaveLength(12);
  });

  it('of an anchor bind what is below', () => {
    const made = chainOf({
      root: { extraExtensions: [policies(A), requiring(0)] },
      intermediate: { extraExtensions: [policies(B)] },
    });
    const sent = [made.leaf.der, made.intermediate.der];
    expect(codes(validate(sent, [made.root.der]))).toEqual(['POLICY_MISSING@1']);
    const anchors = { validity: true, constraints: false, basicConstraints: 'v3' } as const;
    expect(codes(validate(sent, [made.root.der], { rules: { anchors } }))).toEqual([]);
  });

  it('with a qualifier that is unknown are so when they are critical', () => {
    const qualified = (oid: string) =>
      der.sequence(der.sequence(der.oid(A), der.sequence(der.sequence(der.oid(oid), der.ia5String('x')))));
    const extension = (critical: boolean, oid: string) => ({
      oid: OID.certificatePolicies,
      critical,
      value: qualified(oid),
    });
    expect(chain([extension(true, '1.2.3')], [])()[0]).toBe('CERT_UNKNOWN_EXTENSION@1');
    expect(chain([extension(false, '1.2.3')], [])()[0]).toBe('');
    expect(chain([extension(true, OID.cps)], [])()[0]).toBe('');
  });
});

test.each<[string, () => unknown, string]>([
  ['no policy', () => decodeCertificatePolicies(new DerReader(der.sequence())), 'has no policy'],
  ['a policy twice', () => decodeCertificatePolicies(new DerReader(policies(A, A).value)), 'appears twice'],
  ['no mapping', () => decodePolicyMappings(new DerReader(der.sequence())), 'has no mapping'],
  ['no constraint', () => decodePolicyConstraints(new DerReader(der.sequence())), 'is empty'],
])('%s is malformed', (_, decode, message) => {
  expect(decode).toThrow(message);
});
