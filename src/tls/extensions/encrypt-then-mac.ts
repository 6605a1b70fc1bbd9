import { flag } from './codec.ts';

const RFC = 'RFC 7366 section 2';

/** Puts the MAC of CBC suites around the ciphertext. The server's answer exists before TLS 1.3 only. */
export const encryptThenMac = {
  clientHello: flag('encrypt_then_mac', 'client_hello', RFC),
  serverHello: flag('encrypt_then_mac', 'server_hello', RFC),
};
