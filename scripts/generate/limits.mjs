import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../gates/files.mjs';

/**
 * What a peer meets: a constant by its file, and what lies beyond it. Each says itself, in its docstring, what it bounds.
 * @type {Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>}
 */
const GROUPS = {
  Records: {
    'tls/record/limits.ts': {
      MAX_PLAINTEXT: '`RECORD_OVERFLOW`',
      MAX_CIPHERTEXT: '`RECORD_OVERFLOW`',
      MAX_TLS12_CIPHERTEXT: '`RECORD_OVERFLOW`',
      MAX_EMPTY_RECORDS: '`LIMIT_EXCEEDED`',
      MAX_CHANGE_CIPHER_SPECS: '`LIMIT_EXCEEDED`',
      MAX_WARNING_ALERTS: '`LIMIT_EXCEEDED`',
      MAX_SKIPPED_EARLY_DATA: '`LIMIT_EXCEEDED`',
      MAX_BUFFERED_INPUT: '`LIMIT_EXCEEDED`',
    },
  },
  'Handshake messages': {
    'tls/messages/frame.ts': {
      MAX_MESSAGE_LENGTH: '`LIMIT_EXCEEDED`',
      MAX_CERTIFICATE_MESSAGE_LENGTH: '`LIMIT_EXCEEDED`',
    },
    'tls/negotiate/peer.ts': { MAX_CERTIFICATES: '`LIMIT_EXCEEDED`' },
    'tls/messages/client-hello.ts': { MAX_SESSION_ID_LENGTH: '`DECODE_ERROR`' },
    'tls/hello/server-reply.ts': { MAX_COOKIE_LENGTH: '`ILLEGAL_PARAMETER`' },
    'tls/tls13/server/choose-psk.ts': { MAX_LOOKED_UP: 'the others are passed over' },
  },
  'After the handshake': {
    'tls/record/limits.ts': {
      MAX_KEY_UPDATES: '`LIMIT_EXCEEDED`',
      MAX_TICKETS_IN_ROW: '`LIMIT_EXCEEDED`',
      MAX_TICKETS: 'the oldest is dropped',
      MAX_TICKET_LENGTH: 'it is dropped',
      MAX_POST_HANDSHAKE_REQUESTS: '`LIMIT_EXCEEDED`',
      MAX_RENEGOTIATIONS: '`LIMIT_EXCEEDED`, no_renegotiation',
    },
  },
  Certificates: {
    'x509/chain.ts': {
      MAX_SENT: '`CHAIN_LIMIT_EXCEEDED`',
      MAX_FETCHED: 'they are not looked at',
      MAX_PATHS: 'the best of them is told, and not accepted',
      MAX_CRL_SIGNERS: '`REVOCATION_UNKNOWN`',
    },
    'x509/name-constraints.ts': {
      MAX_COMPARISONS: '`CHAIN_LIMIT_EXCEEDED`',
      MAX_RARE_COMPARISONS: '`CHAIN_LIMIT_EXCEEDED`',
      MAX_FAULTS: 'the others are not told',
    },
    'x509/revocation.ts': { MAX_CRLS: 'they are not looked at' },
    'x509/crl.ts': { MAX_LENGTH: 'it does not parse' },
    'x509/verdict.ts': { MAX_TRIED: 'the others are not told' },
    'x509/path.ts': {
      MAX_PATH_LENGTH: '`CHAIN_LIMIT_EXCEEDED`',
      MAX_VERIFICATIONS: '`CHAIN_LIMIT_EXCEEDED`',
      MAX_STEPS: '`CHAIN_LIMIT_EXCEEDED`',
    },
    'asn1/der.ts': { MAX_DEPTH: 'it does not parse' },
    'asn1/oid.ts': { MAX_ARC_BYTES: 'it does not parse' },
  },
  Keys: {
    'crypto/spki.ts': { RSA_BITS: '`BAD_CERTIFICATE_KEY`' },
    'crypto/provider.ts': { FINITE_FIELD_BITS: '`BAD_KEY_SHARE`' },
  },
  'Sockets of `hellofin/node`': {
    'node/settings.ts': { SERVER_HANDSHAKE_TIMEOUT: '`ERR_TLS_HANDSHAKE_TIMEOUT`' },
    'node/batches.ts': { MAX_BATCH: 'the writer waits' },
    'node/linger.ts': { LINGER: 'the transport is destroyed' },
    'node/single-use.ts': { CAPACITY: 'early data is rejected' },
  },
};

/** The file whose constants are all limits that a peer meets. */
const COMPLETE = 'tls/record/limits.ts';

/** Constants there that are sizes and no limits. */
const SIZES = ['RECORD_HEADER_LENGTH'];

const DECLARATION = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n(?:export )?const ([A-Z][A-Z0-9_]*) = ([^;]+);/g;

/**
 * The limits by what they bound, with the text and the section of their docstrings.
 * @returns {string} Markdown
 */
export function limits() {
  const named = Object.values(GROUPS).flatMap((group) => Object.keys(group[COMPLETE] ?? {}));
  for (const name of constants(COMPLETE).keys()) {
    if (!named.includes(name) && !SIZES.includes(name)) throw new Error(`limits.mjs: what lies beyond ${name}?`);
  }
  return Object.entries(GROUPS)
    .map(([title, group]) => {
      const rows = Object.entries(group).flatMap(([file, names]) => {
        const known = constants(file);
        return Object.entries(names).map(([name, beyond]) => row(file, name, known.get(name), beyond));
      });
      return [`## ${title}`, '', '| limit | | bounds | beyond it |', '| --- | ---: | --- | --- |', ...rows].join('\n');
    })
    .join('\n\n');
}

/**
 * @param {string} file
 * @param {string} name
 * @param {{ readonly text: string, readonly value: number } | undefined} constant
 * @param {string} beyond
 */
function row(file, name, constant, beyond) {
  if (constant === undefined) throw new Error(`limits.mjs: src/${file} has no ${name} with a docstring`);
  const { text, value } = constant;
  return `| [\`${name}\`](../src/${file}) | ${value.toLocaleString('en')} | ${text} | ${beyond} |`;
}

/**
 * The numbers that a file declares with a docstring; of a range, its end.
 * @param {string} file in src
 */
function constants(file) {
  const source = readFileSync(join(root, 'src', file), 'utf8');
  /** @type {Map<string, { text: string, value: number }>} */
  const found = new Map();
  for (const [, comment = '', name = '', expression = ''] of source.matchAll(DECLARATION)) {
    const [, highest = expression] = /, max: (.*) \}/.exec(expression) ?? [];
    const value = evaluate(highest, (other) => found.get(other)?.value ?? Number.NaN);
    const text = comment.replace(/\s*\n?\s*\*?\s+/g, ' ').replace(/\{@link ([^}]*)\}/g, '`$1`');
    if (!Number.isNaN(value)) found.set(name, { text: text.trim(), value });
  }
  return found;
}

/**
 * A number, a power, a product or a sum of them.
 * @param {string} expression
 * @param {(name: string) => number} numberOf
 * @returns {number} NaN for anything else
 */
function evaluate(expression, numberOf) {
  for (const [sign, apply] of OPERATORS) {
    const at = expression.lastIndexOf(` ${sign} `);
    if (at < 0) continue;
    const [left, right] = [expression.substring(0, at), expression.substring(at + sign.length + 2)];
    return apply(evaluate(left, numberOf), evaluate(right, numberOf));
  }
  return /^[A-Z]/.test(expression) ? numberOf(expression) : Number(expression.replaceAll('_', ''));
}

/** The weakest first. @type {readonly (readonly [string, (a: number, b: number) => number])[]} */
const OPERATORS = [
  ['+', (a, b) => a + b],
  ['-', (a, b) => a - b],
  ['*', (a, b) => a * b],
  ['**', (a, b) => a ** b],
];
