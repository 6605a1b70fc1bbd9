const CN = 'its common name is not in subjectAltName, for which webpki::cn::not-in-san and eight others are refused';

/** Cases that are judged otherwise than their suite has it, by their names, each with the reason. It only shrinks. */
export const LEDGER: Readonly<Record<string, string>> = {
  'many-names/ok-all-types.test':
    'its URI constraints are whole URIs and not hosts (RFC 5280 section 4.2.1.10): no URI is within them. BoringSSL does not evaluate constraints on URIs',
  // x509-limbo's own file, which is not among the vectors.
  'webpki::nc::nc-permits-dns-san-pattern': CN,
  'webpki::san::exact-localhost-ip-san': CN,
  'webpki::san::leftmost-wildcard-san': CN,
};
