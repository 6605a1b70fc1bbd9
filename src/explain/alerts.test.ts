import { describe, expect, test } from 'vitest';
import { ALERTS } from '../tls/wire.ts';
import { alertsInText, KNOWN_ALERTS } from './alerts.ts';

function names(text: string): string[] {
  return alertsInText(text).map(({ name }) => name);
}

test('the catalogue has every registered alert, once, by number', () => {
  expect(KNOWN_ALERTS.map(({ code }) => code)).toEqual(Object.values(ALERTS).sort((a, b) => a - b));
  for (const { meaning, sender, spec } of KNOWN_ALERTS) {
    for (const text of [meaning, sender]) expect(text).toMatch(/^[A-Z].*\.$/);
    expect(spec).toMatch(/^RFC \d{4} section \d/);
  }
});

describe('alertsInText', () => {
  test.each([
    ['40', 'handshake_failure'],
    ['alert 40', 'handshake_failure'],
    ['TLS alert 40', 'handshake_failure'],
    ['Alert (40)', 'handshake_failure'],
    ['handshake_failure', 'handshake_failure'],
    ['handshake failure', 'handshake_failure'],
    ['Handshake-Failure', 'handshake_failure'],
    ['SSLV3_ALERT_HANDSHAKE_FAILURE', 'handshake_failure'],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'handshake_failure'],
    ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', 'handshake_failure'],
    ['remote error: tls: handshake failure', 'handshake_failure'],
    ['javax.net.ssl.SSLHandshakeException: Received fatal alert: handshake_failure', 'handshake_failure'],
    ['*** Received alert [40]: Handshake failed', 'handshake_failure'],
    [
      '40A7:error:0A000410:SSL routines:ssl3_read_bytes:ssl/tls alert handshake failure:ssl/record/rec_layer_s3.c:907:SSL alert number 40',
      'handshake_failure',
    ],
    ['curl: (35) TLS connect error: error:0A00042E:SSL routines::tlsv1 alert protocol version', 'protocol_version'],
    ['remote error: tls: protocol version not supported', 'protocol_version'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'certificate_required'],
    ['remote error: tls: certificate required', 'certificate_required'],
    ['remote error: tls: expired certificate', 'certificate_expired'],
    ['remote error: tls: unknown certificate authority', 'unknown_ca'],
    ['remote error: tls: unknown certificate', 'certificate_unknown'],
    ['tlsv1 alert unknown ca', 'unknown_ca'],
    ['tlsv1 unrecognized name', 'unrecognized_name'],
    ['ERR_SSL_UNRECOGNIZED_NAME_ALERT', 'unrecognized_name'],
    ['tlsv1 bad certificate status response', 'bad_certificate_status_response'],
    ['sslv3 alert bad certificate', 'bad_certificate'],
    ['certificate expired', 'certificate_expired'],
    ['tlsv1 alert user cancelled', 'user_canceled'],
    ['0', 'close_notify'],
  ])('%s: %s', (text, name) => {
    expect(names(text)).toEqual([name]);
  });

  test.each([
    '',
    '200',
    'alert 200',
    'alert 1000',
    '3 alerts',
    'certificate has expired',
    'certificate expired three days ago',
    'HTTP 500 Internal Error in the shop',
    'handshake failures are bad',
    'curl: (35) wrong version number',
    'shop.example:40',
    'x509: certificate signed by unknown authority',
    'no such thing',
    '\u001b[31m',
  ])('%j names none', (text) => {
    expect(names(text)).toEqual([]);
  });

  test('one text for two', () => {
    expect(names('ERR_SSL_VERSION_OR_CIPHER_MISMATCH')).toEqual(['handshake_failure', 'protocol_version']);
  });

  test('two in one text', () => {
    expect(names('sslv3 alert bad certificate ... alert number 48')).toEqual(['unknown_ca', 'bad_certificate']);
  });
});
