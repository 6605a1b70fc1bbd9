import type { StateTable } from '../machine.ts';

/** The client of RFC 8446 appendix A.1; START, which no message leaves, is the making of the connection. */
export const CLIENT_STATES = {
  WAIT_SH: [
    { on: 'server_hello', to: 'WAIT_EE', when: 'it chooses from what was offered', rfc: 'RFC 8446 section 4.1.3' },
    {
      on: 'hello_retry_request',
      to: 'WAIT_SH',
      when: 'the first, and it changes something',
      rfc: 'RFC 8446 section 4.1.4',
    },
  ],
  WAIT_EE: [
    {
      on: 'encrypted_extensions',
      to: 'WAIT_CERT_CR',
      when: 'the server authenticates by certificate',
      rfc: 'RFC 8446 section 4.3.1',
    },
    {
      on: 'encrypted_extensions',
      to: 'WAIT_FINISHED',
      when: 'a pre-shared key is in use, and the chain of its session is accepted still',
      rfc: 'RFC 8446 section 2.2',
    },
  ],
  WAIT_CERT_CR: [
    {
      on: 'certificate_request',
      to: 'WAIT_CERT',
      when: 'the server wants a certificate',
      rfc: 'RFC 8446 section 4.3.2',
    },
    { on: 'certificate', to: 'WAIT_CV', when: 'it is not empty', rfc: 'RFC 8446 section 4.4.2' },
    {
      on: 'compressed_certificate',
      to: 'WAIT_CV',
      when: 'its algorithm was offered and it is not empty',
      rfc: 'RFC 8879 section 4',
    },
  ],
  WAIT_CERT: [
    { on: 'certificate', to: 'WAIT_CV', when: 'it is not empty', rfc: 'RFC 8446 section 4.4.2' },
    {
      on: 'compressed_certificate',
      to: 'WAIT_CV',
      when: 'its algorithm was offered and it is not empty',
      rfc: 'RFC 8879 section 4',
    },
  ],
  WAIT_CV: [
    {
      on: 'certificate_verify',
      to: 'WAIT_FINISHED',
      when: 'the signature verifies and the chain is accepted',
      rfc: 'RFC 8446 section 4.4.3',
    },
  ],
  WAIT_FINISHED: [{ on: 'finished', to: 'CONNECTED', when: 'verify_data matches', rfc: 'RFC 8446 section 4.4.4' }],
  CONNECTED: [
    {
      on: 'certificate_request',
      to: 'CONNECTED',
      when: 'post_handshake_auth was offered',
      rfc: 'RFC 8446 section 4.6.2',
    },
    { on: 'new_session_ticket', to: 'CONNECTED', when: 'not too many in a row', rfc: 'RFC 8446 section 4.6.1' },
    { on: 'key_update', to: 'CONNECTED', when: 'not too many in a row', rfc: 'RFC 8446 section 4.6.3' },
  ],
} as const satisfies StateTable;

/**
 * The server of RFC 8446 appendix A.2. RECVD_CH and NEGOTIATED are passed within one message and so are no states
 * here; WAIT_FLIGHT2 is WAIT_CERT or WAIT_FINISHED, depending on whether a certificate was asked for.
 */
export const SERVER_STATES = {
  START: [
    {
      on: 'client_hello',
      to: 'START',
      when: 'no share of a common group: HelloRetryRequest',
      rfc: 'RFC 8446 section 4.1.4',
    },
    { on: 'client_hello', to: 'WAIT_FINISHED', when: 'no certificate is asked for', rfc: 'RFC 8446 section 4.1.2' },
    { on: 'client_hello', to: 'WAIT_CERT', when: 'a certificate is asked for', rfc: 'RFC 8446 section 4.3.2' },
    { on: 'client_hello', to: 'WAIT_EOED', when: 'its early data is taken', rfc: 'RFC 8446 section 4.2.10' },
  ],
  WAIT_EOED: [{ on: 'end_of_early_data', to: 'WAIT_FINISHED', when: 'always', rfc: 'RFC 8446 section 4.5' }],
  WAIT_CERT: [
    { on: 'certificate', to: 'WAIT_CV', when: 'it is not empty', rfc: 'RFC 8446 section 4.4.2' },
    {
      on: 'certificate',
      to: 'WAIT_FINISHED',
      when: 'it is empty and none is required',
      rfc: 'RFC 8446 section 4.4.2.4',
    },
    {
      on: 'compressed_certificate',
      to: 'WAIT_CV',
      when: 'its algorithm was offered and it is not empty',
      rfc: 'RFC 8879 section 4',
    },
    {
      on: 'compressed_certificate',
      to: 'WAIT_FINISHED',
      when: 'its algorithm was offered, it is empty and none is required',
      rfc: 'RFC 8879 section 4',
    },
  ],
  WAIT_CV: [
    {
      on: 'certificate_verify',
      to: 'WAIT_FINISHED',
      when: 'the signature verifies and the chain is accepted',
      rfc: 'RFC 8446 section 4.4.3',
    },
  ],
  WAIT_FINISHED: [{ on: 'finished', to: 'CONNECTED', when: 'verify_data matches', rfc: 'RFC 8446 section 4.4.4' }],
  CONNECTED: [{ on: 'key_update', to: 'CONNECTED', when: 'not too many in a row', rfc: 'RFC 8446 section 4.6.3' }],
} as const satisfies StateTable;
