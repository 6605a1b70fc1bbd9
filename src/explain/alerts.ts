/** What each alert of TLS means, who sends it, and how clients call it where they do not use its name. */
import { ALERTS, type AlertName, alertName } from '../tls/wire.ts';

/** An alert in words. */
interface AlertMeaning {
  /** What its sender says with it. */
  readonly meaning: string;
  /** Who sends it, and when. */
  readonly sender: string;
  /** Where it is defined. */
  readonly spec: string;
  /** Words of clients that are not its name with other signs between them. */
  readonly alsoKnownAs: readonly { readonly client: string; readonly text: string }[];
}

const go = (text: string) => ({ client: 'Go', text });
const gnutls = (text: string) => ({ client: 'GnuTLS', text });
const chrome = (text: string) => ({ client: 'Chrome', text });

const EITHER = 'Either side.';
const JUDGE = 'Who judges a certificate: a client that of the server, a server that of the client.';
const RFC8446 = 'RFC 8446 section 6.2';
const RFC5246 = 'RFC 5246 section 7.2.2';

const MEANINGS: Readonly<Record<AlertName, AlertMeaning>> = {
  close_notify: {
    meaning: 'No more data follows: the end of a connection in good order, and no error.',
    sender: EITHER,
    spec: 'RFC 8446 section 6.1',
    alsoKnownAs: [],
  },
  unexpected_message: {
    meaning: 'A message came that has no place there: the two sides do not follow the same protocol.',
    sender: EITHER,
    spec: RFC8446,
    alsoKnownAs: [gnutls('Unexpected message')],
  },
  bad_record_mac: {
    meaning: 'A record does not authenticate: it was changed on the way, or the two sides have different keys.',
    sender: EITHER,
    spec: RFC8446,
    alsoKnownAs: [],
  },
  decryption_failed: {
    meaning:
      'A record does not decrypt. Not to be sent any more, because the difference to bad_record_mac helped attackers.',
    sender: 'Implementations of TLS 1.0.',
    spec: RFC5246,
    alsoKnownAs: [],
  },
  record_overflow: {
    meaning: 'A record is longer than it may be.',
    sender: EITHER,
    spec: RFC8446,
    alsoKnownAs: [],
  },
  decompression_failure: {
    meaning: 'Compressed data does not decompress, or to more than is allowed.',
    sender: 'Either side before TLS 1.3, which has no compression.',
    spec: RFC5246,
    alsoKnownAs: [],
  },
  handshake_failure: {
    meaning:
      'No acceptable set of parameters: a version, a cipher suite, a group, a signature scheme; before TLS 1.3 also a client certificate that is missing.',
    sender: 'A server in answer to the ClientHello, mostly; before TLS 1.3 also after the client certificate was due.',
    spec: RFC8446,
    alsoKnownAs: [gnutls('Handshake failed'), chrome('ERR_SSL_VERSION_OR_CIPHER_MISMATCH')],
  },
  no_certificate: {
    meaning:
      'There is no certificate to answer a request with. A warning of SSL 3.0; later versions send an empty list.',
    sender: 'A client of SSL 3.0.',
    spec: 'RFC 6101 section 5.4.2',
    alsoKnownAs: [],
  },
  bad_certificate: {
    meaning:
      'A certificate is broken: it does not parse, or a signature in its chain is wrong. Many say it for any fault.',
    sender: JUDGE,
    spec: RFC8446,
    alsoKnownAs: [gnutls('Certificate is bad')],
  },
  unsupported_certificate: {
    meaning: 'A certificate is of a kind that is not accepted: its key, its algorithm, or its purpose.',
    sender: JUDGE,
    spec: RFC8446,
    alsoKnownAs: [gnutls('Certificate is not supported')],
  },
  certificate_revoked: {
    meaning: 'A certificate was revoked by its CA.',
    sender: JUDGE,
    spec: RFC8446,
    alsoKnownAs: [go('revoked certificate'), gnutls('Certificate was revoked')],
  },
  certificate_expired: {
    meaning: 'A certificate expired or is not valid, by the clock of who says it.',
    sender: JUDGE,
    spec: RFC8446,
    alsoKnownAs: [go('expired certificate'), gnutls('Certificate is expired')],
  },
  certificate_unknown: {
    meaning:
      'A certificate is not accepted for a reason that no other alert names. Java says it for every chain that it does not trust.',
    sender: JUDGE,
    spec: RFC8446,
    alsoKnownAs: [go('unknown certificate'), gnutls('Unknown certificate')],
  },
  illegal_parameter: {
    meaning: 'A field holds a value that is not allowed, or that does not fit what was said before.',
    sender: EITHER,
    spec: RFC8446,
    alsoKnownAs: [],
  },
  unknown_ca: {
    meaning:
      'The chain is well-formed, and no trusted CA issued it: an intermediate is missing, or the root is not known there.',
    sender: JUDGE,
    spec: RFC8446,
    alsoKnownAs: [go('unknown certificate authority'), gnutls('CA is unknown')],
  },
  access_denied: {
    meaning: 'The certificate is valid, and its owner may not do this.',
    sender: 'A server, after the client certificate.',
    spec: RFC8446,
    alsoKnownAs: [gnutls('Access was denied')],
  },
  decode_error: {
    meaning: 'A message does not parse: a length or a value is out of range.',
    sender: EITHER,
    spec: RFC8446,
    alsoKnownAs: [go('error decoding message')],
  },
  decrypt_error: {
    meaning:
      'A signature, a Finished or a PSK binder does not verify: a private key that is not that of the certificate, or changed messages.',
    sender: EITHER,
    spec: RFC8446,
    alsoKnownAs: [go('error decrypting message')],
  },
  too_many_cids_requested: {
    meaning: 'More connection ids were asked for than the peer gives.',
    sender: 'Either side of DTLS 1.3: TLS over TCP does not have it.',
    spec: 'RFC 9147 section 9',
    alsoKnownAs: [],
  },
  export_restriction: {
    meaning: 'Keys are longer than export rules of the 1990s allowed. Not to be sent any more.',
    sender: 'Implementations of TLS 1.0.',
    spec: RFC5246,
    alsoKnownAs: [],
  },
  protocol_version: {
    meaning: 'The version that the other side offers is known and not accepted.',
    sender: 'A server in answer to the ClientHello, mostly.',
    spec: RFC8446,
    alsoKnownAs: [
      go('protocol version not supported'),
      gnutls('Error in protocol version'),
      chrome('ERR_SSL_VERSION_OR_CIPHER_MISMATCH'),
    ],
  },
  insufficient_security: {
    meaning: 'What is on both lists is weaker than the server allows.',
    sender: 'A server in answer to the ClientHello.',
    spec: RFC8446,
    alsoKnownAs: [go('insufficient security level'), gnutls('Insufficient security')],
  },
  internal_error: {
    meaning:
      'Its sender failed for a reason of its own. Some send it for a name that they do not serve, or a key they cannot use.',
    sender: EITHER,
    spec: RFC8446,
    alsoKnownAs: [],
  },
  inappropriate_fallback: {
    meaning: 'The client says that it fell back to an older version, and the server speaks a newer one.',
    sender: 'A server in answer to a ClientHello with TLS_FALLBACK_SCSV.',
    spec: 'RFC 7507 section 3',
    alsoKnownAs: [],
  },
  user_canceled: {
    meaning:
      'The handshake is given up for a reason that is no fault: somebody pressed cancel. A close_notify follows.',
    sender: EITHER,
    spec: 'RFC 8446 section 6.1',
    alsoKnownAs: [{ client: 'openssl', text: 'user cancelled' }],
  },
  no_renegotiation: {
    meaning: 'Another handshake on the same connection is refused.',
    sender: 'Either side before TLS 1.3, which has no renegotiation.',
    spec: RFC5246,
    alsoKnownAs: [gnutls('No renegotiation is allowed')],
  },
  missing_extension: {
    meaning: 'An extension that the other choices need is missing.',
    sender: EITHER,
    spec: RFC8446,
    alsoKnownAs: [],
  },
  unsupported_extension: {
    meaning: 'An extension stands in an answer that was not asked for, or where it may not stand.',
    sender: 'A client, mostly.',
    spec: RFC8446,
    alsoKnownAs: [],
  },
  certificate_unobtainable: {
    meaning: 'The certificate that a client named by a URL could not be fetched.',
    sender: 'A server before TLS 1.3.',
    spec: 'RFC 6066 section 5',
    alsoKnownAs: [],
  },
  unrecognized_name: {
    meaning: 'The server has nothing for the name in the ClientHello.',
    sender: 'A server in answer to the ClientHello; as a warning, some go on.',
    spec: 'RFC 6066 section 3',
    alsoKnownAs: [gnutls('The server name sent was not recognized')],
  },
  bad_certificate_status_response: {
    meaning: 'The OCSP response that came with the certificate is not valid.',
    sender: 'A client that asked for one.',
    spec: 'RFC 6066 section 8',
    alsoKnownAs: [],
  },
  bad_certificate_hash_value: {
    meaning: 'A certificate fetched from a URL is not the one whose hash was given.',
    sender: 'A server before TLS 1.3.',
    spec: 'RFC 6066 section 5',
    alsoKnownAs: [],
  },
  unknown_psk_identity: {
    meaning: 'The identity of a pre-shared key is not known.',
    sender: 'A server in answer to the ClientHello.',
    spec: RFC8446,
    alsoKnownAs: [],
  },
  certificate_required: {
    meaning: 'The client sent no certificate, and the server wants one.',
    sender: 'A server of TLS 1.3, after the handshake is complete for the client: it shows at the first read.',
    spec: RFC8446,
    alsoKnownAs: [gnutls('Certificate is required')],
  },
  general_error: {
    meaning: 'Something failed that no other alert names, or that its sender does not want to name.',
    sender: EITHER,
    spec: 'RFC 9846 section 6.2',
    alsoKnownAs: [],
  },
  no_application_protocol: {
    meaning: 'The server speaks none of the application protocols offered.',
    sender: 'A server in answer to the ClientHello.',
    spec: 'RFC 7301 section 3.2',
    alsoKnownAs: [gnutls('No supported application protocol could be negotiated')],
  },
  ech_required: {
    meaning: 'The server did not accept the encrypted ClientHello, and the client does not go on without.',
    sender: 'A client that offered Encrypted Client Hello.',
    spec: 'RFC 9849 section 5',
    alsoKnownAs: [go('encrypted client hello required')],
  },
};

/** An alert of the catalogue. */
export interface KnownAlert extends AlertMeaning {
  readonly name: AlertName;
  readonly code: number;
}

/** Every registered alert, by number. */
export const KNOWN_ALERTS: readonly KnownAlert[] = Object.entries(MEANINGS)
  .map(([name, meaning]) => ({ name: name as AlertName, code: ALERTS[name as AlertName], ...meaning }))
  .sort((a, b) => a.code - b.code);

/** Words that stand before an alert's name in what programs print. */
const BEFORE = /(?:^|\b(?:alert|tls|ssl|sslv3|tlsv1|tlsv13|fatal|received|warning|err|r) )$/;

/** Every way to write an alert, longest first: `bad certificate` stands in `bad certificate status response` too. */
const PHRASES: readonly (readonly [phrase: string, alerts: readonly KnownAlert[]])[] = phrases();

/**
 * The alerts that a text names: a number (`40`, `alert 40`, `SSL alert number 40`), a name, or the words that a client
 * prints for one (`SSLV3_ALERT_HANDSHAKE_FAILURE`, `remote error: tls: handshake failure`). A name within a longer text
 * counts where the text says that it is an alert's.
 */
export function alertsInText(text: string): KnownAlert[] {
  const words = wordsOf(text);
  const found = new Set<KnownAlert>();
  for (const [, number] of words.matchAll(/(?:^|\balert (?:number |code |description )?)(\d{1,3})(?= |$)/g)) {
    const isAlone = words === number;
    const name = isAlone || words.includes('alert') ? alertName(Number(number)) : undefined;
    const alert = KNOWN_ALERTS.find((one) => one.name === name);
    if (alert !== undefined) found.add(alert);
  }
  let rest = ` ${words} `;
  for (const [phrase, alerts] of PHRASES) {
    const at = rest.indexOf(` ${phrase} `);
    if (at < 0) continue;
    const before = rest.substring(0, at + 1).trimStart();
    const after = rest.substring(at + phrase.length + 1);
    if (!BEFORE.test(before) && !after.startsWith(' alert ')) continue;
    // `certificate expired` alone is an alert's name; at the start of a sentence it is not.
    if (before === '' && after.trim() !== '' && !after.startsWith(' alert ')) continue;
    for (const alert of alerts) found.add(alert);
    rest = `${rest.substring(0, at)} | ${after}`;
  }
  return [...found];
}

function phrases() {
  const byPhrase = new Map<string, KnownAlert[]>();
  for (const alert of KNOWN_ALERTS) {
    for (const text of [alert.name, ...alert.alsoKnownAs.map((one) => one.text)]) {
      const phrase = wordsOf(text);
      byPhrase.set(phrase, [...(byPhrase.get(phrase) ?? []), alert]);
    }
  }
  return [...byPhrase].sort(([a], [b]) => b.length - a.length);
}

function wordsOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}
