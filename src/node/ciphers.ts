/**
 * Cipher lists in OpenSSL's language, read over the suites that are implemented.
 */
import { argumentError } from './error.ts';
import { isLegacy, opensslName, SUITE_NAMES, type SuiteName, suiteNamed } from './openssl-names.ts';

/** CCM is spoken by its names alone. */
const COMMON = SUITE_NAMES.filter((name) => !name.includes('CCM'));
const TLS13 = COMMON.filter((name) => opensslName(name) === name);
const TLS12 = COMMON.filter((name) => opensslName(name) !== name);

/** Keywords by what stands in the IANA name. All that they stand for is ECDHE with AEAD; other keywords match nothing. */
const KEYWORDS: ReadonlyMap<string, RegExp> = new Map(
  Object.entries({
    ALL: /./,
    DEFAULT: /./,
    HIGH: /./,
    'TLSv1.2': /./,
    ECDH: /./,
    ECDHE: /./,
    EECDH: /./,
    kECDHE: /./,
    kEECDH: /./,
    ECDSA: /ECDSA/,
    aECDSA: /ECDSA/,
    aRSA: /RSA_WITH/,
    AES: /AES/,
    AES128: /AES_128/,
    AES256: /AES_256/,
    AESGCM: /GCM/,
    CHACHA20: /CHACHA20/,
  }),
);

/** Levels that ask for no more than chains are held to in any case: 112 bits. */
const MAX_LEVEL = 2;

/**
 * The suites of a list such as `ECDHE+AESGCM:!aECDSA`, with `!`, `-`, `+`, `@STRENGTH` and `@SECLEVEL` up to 2. As with
 * node:tls a list that names none of TLS 1.3 leaves those as they are; by IANA's names a list is exact. What is not
 * implemented is passed over.
 * @param withLegacy whether old suites count too, by their names: a list that is passed on from elsewhere opens no door.
 * @throws code ERR_SSL_NO_CIPHER_MATCH when none is left; ERR_INVALID_ARG_VALUE for an empty list, or a level beyond 2
 */
export function parseCiphers(list: string, withLegacy = false): readonly SuiteName[] {
  const words = list.split(/[:, ]+/).filter((word) => word !== '');
  if (words.length === 0)
    throw argumentError('ERR_INVALID_ARG_VALUE', 'ciphers: an empty list leaves nothing to speak');
  const exact = words.map(suiteOfIana).filter((suite) => suite !== undefined);
  const chosen = evaluate(words.filter((word) => suiteOfIana(word) === undefined));
  const isAllowed = (suite: SuiteName) => withLegacy || !isLegacy(suite);
  const known = [...exact, ...chosen];
  const allowed = known.filter(isAllowed);
  const hasOther = exact.length === 0 && allowed.length > 0;
  if (allowed.length > 0) return [...new Set(hasOther ? [...TLS13, ...allowed] : allowed)];
  const what = known.length > 0 ? "that is spoken without the option 'legacy'" : 'that is implemented';
  throw argumentError('ERR_SSL_NO_CIPHER_MATCH', `no cipher suite ${what} in ciphers: '${list}'`);
}

function evaluate(words: readonly string[]): readonly SuiteName[] {
  const struck = new Set<SuiteName>();
  let chosen: readonly SuiteName[] = [];
  for (const word of words) {
    const [, sign = '', name = '', command] = /^([!+-]?)([^@]*)(@.*)?$/.exec(word) ?? [];
    const matching = matches(name);
    const others = chosen.filter((suite) => !matching.includes(suite));
    if (sign === '!') for (const suite of matching) struck.add(suite);
    if (sign === '!' || sign === '-') chosen = others;
    else if (sign === '+') chosen = [...others, ...chosen.filter((suite) => matching.includes(suite))];
    else chosen = [...chosen, ...matching.filter((suite) => !struck.has(suite) && !chosen.includes(suite))];
    if (command !== undefined) chosen = obey(command, chosen);
  }
  return chosen;
}

/** `a+b` is what both match. */
function matches(name: string): readonly SuiteName[] {
  const suite = suiteNamed(name);
  if (suite !== undefined) return [suite];
  const patterns = name.split('+').map((part) => KEYWORDS.get(part));
  return TLS12.filter((one) => patterns.every((pattern) => pattern?.test(one)));
}

function obey(command: string, chosen: readonly SuiteName[]): readonly SuiteName[] {
  const bits = (suite: SuiteName) => (suite.includes('AES_128') ? 128 : 256);
  if (command === '@STRENGTH') return chosen.toSorted((a, b) => bits(b) - bits(a));
  const level = Number(/^@SECLEVEL=(\d)$/.exec(command)?.[1] ?? Number.NaN);
  if (level <= MAX_LEVEL) return chosen;
  throw argumentError('ERR_INVALID_ARG_VALUE', `ciphers: ${command} is not implemented`);
}

function suiteOfIana(word: string): SuiteName | undefined {
  return word.startsWith('TLS_') ? suiteNamed(word) : undefined;
}
