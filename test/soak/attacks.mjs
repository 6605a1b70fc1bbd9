/** What a hostile peer does, and the code that its victim names. */
import { setTimeout as sleep } from 'node:timers/promises';
import { plain, TYPE } from './attacker.mjs';

/**
 * @typedef {import('./attacker.mjs').Attacker} Attacker
 * @typedef {import('./attacker.mjs').Version} Version
 * @typedef {{
 *   readonly name: string,
 *   readonly victims: readonly ('client' | 'server')[],
 *   readonly versions: readonly Version[],
 *   readonly play: (attacker: Attacker) => Promise<unknown>,
 *   readonly code: string,
 * }} Attack
 */

const BOTH = /** @type {const} */ (['client', 'server']);
const EITHER = /** @type {const} */ (['TLS 1.3', 'TLS 1.2']);
const [TLS13, TLS12] = [/** @type {const} */ (['TLS 1.3']), /** @type {const} */ (['TLS 1.2'])];
/** What a victim names that waited for long enough. */
export const TIMEOUT = 'ERR_TLS_HANDSHAKE_TIMEOUT';
const LIMIT = 'LIMIT_EXCEEDED';

/** What a victim is that waits, and holds little, while its peer reads nothing. */
export const HELD_UP = 'held up';

/** What a victim is that has read the last byte of a peer who stays within every limit. */
export const ALIVE = 'alive';

/** The last byte. */
export const LAST = 255;

const silence = () => undefined;
const EMPTY = new Uint8Array(0);
const DATA = new Uint8Array(16_384).fill(7);
const WARNINGS = { 'TLS 1.3': Uint8Array.of(1, 90), 'TLS 1.2': Uint8Array.of(1, 100) };
const CHANGE = plain(TYPE.changeCipherSpec, Uint8Array.of(1));

/** A signature_algorithms extension in a CertificateRequest; its context makes each request another one. */
const REQUEST = [0, 8, 0, 13, 0, 4, 0, 2, 4, 3];

/** @type {readonly Attack[]} */
export const ATTACKS = [
  // Steps of the handshake at which a peer falls silent: bytes sent of it, flights sent of it.
  stalls('says nothing', 0, 0),
  stalls('stops inside its first record', 0, 3),
  stalls('stops inside its first message', 0, 40),
  // The client of TLS 1.3 is done after the server's first.
  stalls('stops after its first flight', 1, 0, TLS13, ['server']),
  stalls('stops after its first flight', 1, 0, TLS12),
  stalls('stops inside its second flight', 1, 20, TLS13, ['server']),
  stalls('stops inside its second flight', 1, 20, TLS12),
  attack('trickles a byte a second', EITHER, TIMEOUT, trickle),

  attack('floods with KeyUpdates', TLS13, LIMIT, keyUpdates(0)),
  attack('floods with KeyUpdates that ask for one', TLS13, LIMIT, keyUpdates(1)),
  attack('floods with warnings', TLS13, LIMIT, sealed(TYPE.alert, WARNINGS['TLS 1.3'])),
  attack('floods with warnings', TLS12, LIMIT, sealed(TYPE.alert, WARNINGS['TLS 1.2'])),
  attack('floods with empty records', EITHER, LIMIT, sealed(TYPE.data, EMPTY)),
  attack('floods with empty fragments', EITHER, 'UNEXPECTED_RECORD', sealed(TYPE.handshake, EMPTY)),
  attack('floods with change_cipher_spec', EITHER, 'UNEXPECTED_RECORD', async (attacker) => {
    await (await attacker.handshake()).flood(() => CHANGE);
  }),
  attack('floods with change_cipher_spec in the handshake', TLS13, LIMIT, async (attacker) => {
    attacker.begin().send = silence;
    await attacker.flood(() => CHANGE);
  }),
  attack('announces too much, in fragments of a byte', EITHER, LIMIT, fragments([24, 1, 0, 1])),
  attack('sends the longest message, in fragments of a byte', TLS13, 'DECODE_ERROR', fragments([24, 1, 0, 0])),
  attack('sends data and reads nothing', EITHER, HELD_UP, async (attacker) => {
    const { seal } = await attacker.handshake();
    await attacker.stuff(() => seal(TYPE.data, DATA));
  }),
  attack('stays within every limit, for long', TLS13, ALIVE, async (attacker) => {
    await attacker.handshake();
    for (let round = 0; round < 10; round++) {
      for (let i = 0; i < 32; i++) {
        attacker.send(attacker.seal(TYPE.data, EMPTY));
        attacker.send(attacker.seal(TYPE.handshake, Uint8Array.of(24, 0, 0, 1, 1)));
        attacker.renew();
      }
      attacker.send(attacker.seal(TYPE.data, Uint8Array.of(round === 9 ? LAST : 0)));
    }
  }),

  attack('floods with tickets', TLS13, LIMIT, messages(TYPE.handshake, ticket), ['client']),
  attack('floods with requests for a certificate', TLS13, LIMIT, messages(TYPE.handshake, request), ['client']),
  attack('floods with HelloRequests', TLS12, LIMIT, sealed(TYPE.handshake, Uint8Array.of(0, 0, 0, 0)), ['client']),
  attack(
    'floods with ClientHellos',
    TLS12,
    LIMIT,
    async (attacker) => {
      const { seal, hello } = await attacker.handshake();
      await attacker.flood(() => seal(TYPE.handshake, hello));
    },
    ['server'],
  ),
];

/**
 * @param {string} name
 * @param {readonly Version[]} versions
 * @param {string} code
 * @param {Attack['play']} play
 * @param {Attack['victims']} [victims]
 * @returns {Attack}
 */
function attack(name, versions, code, play, victims = BOTH) {
  return { name, victims, versions, code, play };
}

/**
 * Does so many flights, and so many bytes of the next.
 * @param {string} name
 * @param {number} flights
 * @param {number} bytes
 * @param {readonly Version[]} [versions]
 * @param {Attack['victims']} [victims]
 */
function stalls(name, flights, bytes, versions = EITHER, victims = BOTH) {
  /** @type {Attack['play']} */
  const play = async (attacker) => {
    const { send } = attacker;
    let left = flights;
    attacker.send = (output) => {
      if (left-- > 0) send(output);
      else {
        attacker.send = silence;
        if (bytes > 0) send(output.subarray(0, bytes));
      }
    };
    attacker.begin();
  };
  return attack(name, versions, TIMEOUT, play, victims);
}

/** @param {Attacker} attacker */
async function trickle(attacker) {
  const { send } = attacker;
  attacker.send = async (output) => {
    for (const byte of output) {
      if (send(Uint8Array.of(byte)) === false) return;
      await sleep(1_000, undefined, { ref: false });
    }
  };
  attacker.begin();
}

/** @param {number} type @param {Uint8Array} content @returns {Attack['play']} */
function sealed(type, content) {
  return messages(type, () => content);
}

/** @param {number} type @param {(index: number) => Uint8Array} make @returns {Attack['play']} */
function messages(type, make) {
  return async (attacker) => {
    const { seal } = await attacker.handshake();
    let index = 0;
    await attacker.flood(() => seal(type, make(index++)));
  };
}

/** @param {number} asks @returns {Attack['play']} */
function keyUpdates(asks) {
  return async (attacker) => {
    await attacker.handshake();
    await attacker.flood(() => {
      const record = attacker.seal(TYPE.handshake, Uint8Array.of(24, 0, 0, 1, asks));
      attacker.renew();
      return record;
    });
  };
}

/** A message that begins so, a byte in each record. @param {readonly number[]} first @returns {Attack['play']} */
function fragments(first) {
  return messages(TYPE.handshake, (index) => Uint8Array.of(first[index] ?? 0));
}

/** @param {number} index */
function ticket(index) {
  const body = [0, 0, 1, 0, 0, 0, 0, 0, 1, index & 255, 0, 2, index >> 8, index & 255, 0, 0];
  return Uint8Array.of(4, 0, 0, body.length, ...body);
}

/** @param {number} index */
function request(index) {
  const body = [2, index >> 8, index & 255, ...REQUEST];
  return Uint8Array.of(13, 0, 0, body.length, ...body);
}
