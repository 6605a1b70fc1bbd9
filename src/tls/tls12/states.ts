import type { StateTable } from '../machine.ts';

const CERTIFICATE = 'RFC 5246 section 7.4.2';
const KEY_EXCHANGE = 'RFC 5246 section 7.4.3';
const ENCRYPTED = 'RFC 5246 section 7.4.7.1';

/**
 * The client of TLS 1.2, after the flights of RFC 5246 section 7.3. The first state is that of TLS 1.3: the ServerHello
 * tells which of them it is. change_cipher_spec is no message: it has to stand before Finished.
 */
export const CLIENT_STATES = {
  WAIT_SH: [
    { on: 'server_hello', to: 'WAIT_CERT', when: 'it chooses from what was offered', rfc: 'RFC 5246 section 7.4.1.3' },
    { on: 'server_hello', to: 'WAIT_FINISHED', when: 'it resumes the session on offer', rfc: 'RFC 5246 section 7.3' },
    {
      on: 'server_hello',
      to: 'WAIT_TICKET',
      when: 'it resumes the session on offer and announces a new ticket',
      rfc: 'RFC 5077 section 3.1',
    },
  ],
  WAIT_CERT: [
    { on: 'certificate', to: 'WAIT_STATUS_SKE', when: 'status_request was answered', rfc: 'RFC 6066 section 8' },
    { on: 'certificate', to: 'WAIT_SKE', when: 'it was not', rfc: CERTIFICATE },
    {
      on: 'certificate',
      to: 'WAIT_STATUS_CR_SHD',
      when: 'status_request was answered, and the premaster secret is encrypted to its key',
      rfc: ENCRYPTED,
    },
    { on: 'certificate', to: 'WAIT_CR_SHD', when: 'it was not, and the same', rfc: ENCRYPTED },
  ],
  WAIT_STATUS_SKE: [
    { on: 'certificate_status', to: 'WAIT_SKE', when: 'always', rfc: 'RFC 6066 section 8' },
    {
      on: 'server_key_exchange',
      to: 'WAIT_CR_SHD',
      when: 'the signature verifies and the chain is accepted',
      rfc: KEY_EXCHANGE,
    },
  ],
  WAIT_STATUS_CR_SHD: [
    { on: 'certificate_status', to: 'WAIT_CR_SHD', when: 'always', rfc: 'RFC 6066 section 8' },
    {
      on: 'certificate_request',
      to: 'WAIT_SHD',
      when: 'the server wants a certificate',
      rfc: 'RFC 5246 section 7.4.4',
    },
    { on: 'server_hello_done', to: 'WAIT_FINISHED', when: 'no ticket was announced', rfc: 'RFC 5246 section 7.4.5' },
    { on: 'server_hello_done', to: 'WAIT_TICKET', when: 'a ticket was announced', rfc: 'RFC 5077 section 3.1' },
  ],
  WAIT_SKE: [
    {
      on: 'server_key_exchange',
      to: 'WAIT_CR_SHD',
      when: 'the signature verifies and the chain is accepted',
      rfc: KEY_EXCHANGE,
    },
  ],
  WAIT_CR_SHD: [
    {
      on: 'certificate_request',
      to: 'WAIT_SHD',
      when: 'the server wants a certificate',
      rfc: 'RFC 5246 section 7.4.4',
    },
    { on: 'server_hello_done', to: 'WAIT_FINISHED', when: 'no ticket was announced', rfc: 'RFC 5246 section 7.4.5' },
    { on: 'server_hello_done', to: 'WAIT_TICKET', when: 'a ticket was announced', rfc: 'RFC 5077 section 3.1' },
  ],
  WAIT_SHD: [
    { on: 'server_hello_done', to: 'WAIT_FINISHED', when: 'no ticket was announced', rfc: 'RFC 5246 section 7.4.5' },
    { on: 'server_hello_done', to: 'WAIT_TICKET', when: 'a ticket was announced', rfc: 'RFC 5077 section 3.1' },
  ],
  WAIT_TICKET: [{ on: 'new_session_ticket', to: 'WAIT_FINISHED', when: 'always', rfc: 'RFC 5077 section 3.3' }],
  WAIT_FINISHED: [
    {
      on: 'finished',
      to: 'CONNECTED',
      when: 'verify_data matches, and a chain that is not yet judged, or that of a session, is accepted',
      rfc: 'RFC 5246 section 7.4.9',
    },
  ],
  CONNECTED: [
    {
      on: 'hello_request',
      to: 'CONNECTED',
      when: 'not too often: it is refused with a warning',
      rfc: 'RFC 5246 section 7.4.1.1',
    },
  ],
} as const satisfies StateTable;

/** The server of TLS 1.2, after the flights of RFC 5246 section 7.3. The first state is that of TLS 1.3. */
export const SERVER_STATES = {
  START: [
    { on: 'client_hello', to: 'WAIT_CKE', when: 'no certificate is asked for', rfc: 'RFC 5246 section 7.4.1.2' },
    { on: 'client_hello', to: 'WAIT_CERT', when: 'a certificate is asked for', rfc: 'RFC 5246 section 7.4.4' },
    {
      on: 'client_hello',
      to: 'WAIT_FINISHED',
      when: 'it offers a session that is resumed',
      rfc: 'RFC 5246 section 7.3',
    },
  ],
  WAIT_CERT: [
    { on: 'certificate', to: 'WAIT_CKE', when: 'it is not empty, or none is required', rfc: 'RFC 5246 section 7.4.6' },
  ],
  WAIT_CKE: [
    { on: 'client_key_exchange', to: 'WAIT_CV', when: 'a certificate was sent', rfc: 'RFC 5246 section 7.4.7' },
    { on: 'client_key_exchange', to: 'WAIT_FINISHED', when: 'none was sent', rfc: 'RFC 5246 section 7.4.7' },
  ],
  WAIT_CV: [
    {
      on: 'certificate_verify',
      to: 'WAIT_FINISHED',
      when: 'the signature verifies and the chain is accepted',
      rfc: 'RFC 5246 section 7.4.8',
    },
  ],
  WAIT_FINISHED: [{ on: 'finished', to: 'CONNECTED', when: 'verify_data matches', rfc: 'RFC 5246 section 7.4.9' }],
  CONNECTED: [
    {
      on: 'client_hello',
      to: 'CONNECTED',
      when: 'not too often: it is refused with a warning',
      rfc: 'RFC 5246 section 7.2.2',
    },
  ],
} as const satisfies StateTable;
