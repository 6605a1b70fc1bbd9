import { codePoints } from './codec.ts';

const RFC = 'RFC 8446 section 4.2.7';

/** The named groups a peer supports, most preferred first. A server's list is for the client's next connection. */
export const supportedGroups = {
  clientHello: codePoints('supported_groups', 'client_hello', RFC, 'named_group_list'),
  encryptedExtensions: codePoints('supported_groups', 'encrypted_extensions', RFC, 'named_group_list'),
};
