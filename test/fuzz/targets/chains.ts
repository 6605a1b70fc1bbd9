/**
 * Any certificates, sent and fetched, in any order, repeated, signed crosswise and in circles, get a verdict without an
 * exception and with bounded work; what is accepted is a path of signatures that node:crypto verifies too, from the
 * first certificate sent to a trusted root, and the order of the others does not matter.
 *
 * Inputs are certificates one after the other: whether it was fetched (1, odd), length (2), DER.
 */
import { X509Certificate } from 'node:crypto';
import { concat, equal, toHex } from '../../../src/bytes/index.ts';
import type { CryptoProvider, PrivateKey } from '../../../src/crypto/index.ts';
import { nodeCrypto } from '../../../src/crypto/node/index.ts';
import {
  type ChainVerdict,
  issueCertificate,
  RootStore,
  referenceIdentity,
  validateChain,
} from '../../../src/x509/index.ts';
import { keyOf, NOT_AFTER, NOT_BEFORE } from '../credentials.ts';
import { derVectors } from '../der-structure.ts';
import { type Mutation, mutateBytes, mutateVector } from '../mutate.ts';
import type { Random } from '../random.ts';
import { fixedLength, type Vector } from '../structure.ts';
import { must, type Target } from '../target.ts';

const HEADER = 3;
const NAME = referenceIdentity('server.test');
const AT = (NOT_BEFORE + NOT_AFTER) / 2;

/** The limits of src/x509/path.ts and chain.ts. */
const MAX_VERIFICATIONS = 128;
const MAX_PATH_LENGTH = 12;
const MAX_CERTIFICATES = 64 + 64;

interface Issuer {
  readonly name: string;
  readonly key: PrivateKey;
}

const ROOT = { name: 'root', key: keyOf(50) };
const ISSUERS: readonly Issuer[] = Array.from({ length: 8 }, (_, index) => ({
  name: `issuer ${index}`,
  key: keyOf(60 + index),
}));
const LEAF = { name: 'server.test', key: keyOf(51) };

/** A certificate for `subject`, signed by `issuer`. */
function issue(subject: Issuer, issuer: Issuer, isCa = true): Uint8Array {
  const common = { notBefore: NOT_BEFORE, notAfter: NOT_AFTER, serial: Uint8Array.of(1) };
  const named = issueCertificate({
    ...common,
    subject: { commonName: issuer.name },
    subjectPublicKey: issuer.key.spki,
    key: issuer.key,
    ca: {},
  });
  return issueCertificate({
    ...common,
    subject: { commonName: subject.name },
    subjectPublicKey: subject.key.spki,
    key: issuer.key,
    ...(subject === issuer ? {} : { issuer: named }),
    ...(isCa ? { ca: {} } : { names: ['server.test'] }),
    caIssuers: ['http://192.0.2.1/ca.cer'],
  });
}

/** The one trusted root. */
const TRUSTED = issue(ROOT, ROOT);

interface Unit {
  readonly fetched: boolean;
  readonly der: Uint8Array;
}

function encode(units: readonly Unit[]): Uint8Array {
  return concat(
    units.flatMap(({ fetched, der }) => [Uint8Array.of(fetched ? 1 : 0, ...fixedLength(2)(der.length)), der]),
  );
}

function unitVectors(input: Uint8Array): Vector[] {
  const vectors: Vector[] = [];
  for (let at = 0; at + HEADER <= input.length; ) {
    const start = at + HEADER;
    const end = Math.min(start + (input[at + 1] ?? 0) * 256 + (input[at + 2] ?? 0), input.length);
    vectors.push({ lengthStart: at + 1, start, end, encode: fixedLength(2) });
    at = end;
  }
  return vectors;
}

function decode(input: Uint8Array): Unit[] {
  return unitVectors(input).map(({ lengthStart, start, end }) => ({
    fetched: ((input[lengthStart - 1] ?? 0) & 1) === 1,
    der: input.subarray(start, end),
  }));
}

function seeds(): Uint8Array[] {
  const sent = (...ders: Uint8Array[]): Uint8Array => encode(ders.map((der) => ({ fetched: false, der })));
  const [first = ROOT, second = ROOT, third = ROOT] = ISSUERS;
  const leaf = issue(LEAF, first, false);
  const one = issue(first, ROOT);
  const root = issue(ROOT, ROOT);
  const circle = [issue(first, second), issue(second, third), issue(third, first)];
  const web = ISSUERS.slice(0, 5).flatMap((subject) => ISSUERS.slice(0, 5).map((issuer) => issue(subject, issuer)));
  const sameName = Array.from({ length: 20 }, (_, index) => issue({ name: first.name, key: keyOf(80 + index) }, ROOT));
  const ladder = ISSUERS.map((subject, index) => issue(subject, ISSUERS[index + 1] ?? ROOT));
  return [
    sent(leaf, one),
    sent(leaf, one, root),
    sent(leaf, root, one, one, leaf),
    sent(leaf),
    encode([
      { fetched: false, der: leaf },
      { fetched: true, der: one },
      { fetched: true, der: root },
    ]),
    sent(leaf, ...circle),
    sent(leaf, ...circle, one),
    sent(leaf, ...web),
    sent(leaf, ...web, one),
    sent(leaf, ...sameName, one),
    sent(leaf, ...ladder),
    sent(leaf, ...[...ladder].reverse()),
    sent(issue(LEAF, LEAF, false)),
    sent(one, leaf),
  ];
}

/** Moves, repeats, drops and borrows whole certificates. */
const mutateUnits: Mutation = (random: Random, input, pool) => {
  const units = decode(input);
  const place = random.below(units.length + 1);
  const [unit] = units.splice(Math.min(place, Math.max(units.length - 1, 0)), 1);
  if (unit === undefined) return input;
  const to = random.below(units.length + 1);
  switch (random.below(5)) {
    case 0:
      units.splice(to, 0, unit);
      break;
    case 1:
      units.splice(to, 0, ...new Array<Unit>(1 + random.below(random.oneIn(8) ? 60 : 3)).fill(unit), unit);
      break;
    case 2:
      units.splice(to, 0, { ...unit, fetched: !unit.fetched });
      break;
    case 3:
      units.splice(to, 0, unit, ...decode(random.pick(pool.length === 0 ? [input] : pool)));
      break;
    default:
  }
  return encode(units);
};

/** The provider, counting. */
function counting() {
  const counts = { verifications: 0, imports: 0 };
  const crypto: CryptoProvider = {
    ...nodeCrypto,
    importPublicKey(spki) {
      counts.imports++;
      const key = nodeCrypto.importPublicKey(spki);
      return {
        type: key.type,
        bits: key.bits,
        verify(...args) {
          counts.verifications++;
          return key.verify(...args);
        },
      };
    },
  };
  return { crypto, counts };
}

function judge(units: readonly Unit[]): ChainVerdict & { readonly isWithinLimits: boolean } {
  const { crypto, counts } = counting();
  const ders = (fetched: boolean) => units.filter((unit) => unit.fetched === fetched).map(({ der }) => der);
  const verdict = validateChain({
    sent: ders(false),
    fetched: ders(true),
    roots: new RootStore([TRUSTED]),
    name: NAME,
    at: AT,
    crypto,
    purpose: 'server',
  });
  must(counts.verifications <= MAX_VERIFICATIONS, `${counts.verifications} signatures verified`);
  must(counts.imports <= MAX_CERTIFICATES + 1, `${counts.imports} keys imported`);
  const isWithinLimits =
    counts.verifications < MAX_VERIFICATIONS && !verdict.findings.some(({ code }) => code === 'CHAIN_LIMIT_EXCEEDED');
  return { ...verdict, isWithinLimits };
}

/** What holds of every path. */
function checkPath({ path, sent, fetched }: ChainVerdict, units: readonly Unit[]): void {
  must(path.length <= MAX_PATH_LENGTH, `a path of ${path.length}`);
  const entities = path.map(({ subject, spki }) => `${toHex(subject.der)} ${toHex(spki)}`);
  must(new Set(entities).size === path.length, 'the path meets somebody twice');
  for (const [depth, { der }] of path.entries()) {
    const place = sent[depth] ?? fetched[depth];
    if (place === undefined) continue;
    const known = units.filter((unit) => unit.fetched === (sent[depth] === undefined))[place];
    must(known !== undefined && equal(known.der, der), `certificate ${depth} of the path is another`);
  }
}

/** What holds of an accepted one, by others than the code that accepted it. */
function checkTrusted({ path, anchored, findings }: ChainVerdict, units: readonly Unit[]): void {
  must(anchored && findings.length === 0, 'trusted for no reason');
  const first = units.find(({ fetched }) => !fetched);
  must(first !== undefined && equal(path[0]?.der ?? first.der, first.der), 'another leaf');
  must(equal(path.at(-1)?.der ?? first.der, TRUSTED), 'another root');
  for (const [depth, certificate] of path.entries()) {
    const issuer = path[depth + 1] ?? certificate;
    const key = new X509Certificate(issuer.der).publicKey;
    must(new X509Certificate(certificate.der).verify(key), `node:crypto does not verify certificate ${depth}`);
  }
}

/** The chain builder. */
export const chains: Target = {
  name: 'chains',
  runs: 4_000,
  seeds,
  mutations: [
    mutateUnits,
    mutateUnits,
    (random, input) => {
      const units = unitVectors(input);
      return mutateVector(random, input, [
        ...units,
        ...units.flatMap((unit) => derVectors(input, unit.start, unit.end)),
      ]);
    },
    mutateBytes,
  ],
  check(input) {
    const units = decode(input);
    const verdict = judge(units);
    must(verdict.trusted || verdict.findings.length > 0, 'refused without a reason');
    checkPath(verdict, units);
    if (verdict.trusted) checkTrusted(verdict, units);
    const sentDers = units.filter(({ fetched }) => !fetched).map(({ der }) => der);
    for (const { sent, depth, span } of verdict.findings) {
      const der = sent === undefined ? verdict.path[depth ?? -1]?.der : sentDers[sent];
      if (span !== undefined)
        must(span.start <= span.end && span.end <= (der?.length ?? 0), 'a fault that is elsewhere');
    }
    const [leaf, ...others] = units;
    if (leaf !== undefined && !leaf.fetched && units.length <= 16) {
      const reversed = judge([leaf, ...others.reverse()]);
      const isComparable = verdict.isWithinLimits && reversed.isWithinLimits;
      must(!isComparable || reversed.trusted === verdict.trusted, 'another verdict in another order');
    }
    return verdict.trusted ? `trusted, ${verdict.path.length}` : verdict.findings.map(({ code }) => code).join();
  },
};
