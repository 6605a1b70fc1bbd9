import type { Cause } from '../cause.ts';
import { inventoryParts, keysOf, nextOf } from '../inventory.ts';
import { failsWith } from '../make-finding.ts';
import { HANDSHAKE_FAILURE, provedByChange, suspectRefusal } from '../refusal.ts';
import { opensslClient } from '../reproduce.ts';
import { listed } from '../words.ts';

const ALERTS = { handshake_failure: 4, illegal_parameter: 1, unsupported_certificate: 4, internal_error: 1 };

/** The server has no certificate that the client's signature algorithms fit. */
export const noCommonSignatureScheme: Cause = {
  code: 'NO_COMMON_SIGNATURE_SCHEME',
  severity: 'error',
  step: 'tls',
  title: 'no common signature scheme',
  meaning: "The server has no certificate that the client's signature algorithms fit.",
  provedBy: 'A ServerHello that comes as soon as every registered signature scheme is offered.',
  remedy: 'Add a certificate of another key type.',
  alsoKnownAs: HANDSHAKE_FAILURE,
  suspect: (address) =>
    suspectRefusal('NO_COMMON_SIGNATURE_SCHEME', 'signature_schemes:all', { alerts: ALERTS }, address, {
      alsoPassesWith: ['offer:all'],
      saysNothingOf: ['versions:1.2'],
    }),
  asks: (address) => nextOf(address, 'signature_schemes:all', () => keysOf(address)),
  evaluate: (facts) =>
    provedByChange(noCommonSignatureScheme, 'signature_schemes:all', facts, (address) => {
      const inventory = keysOf(address);
      const names = listed(inventory.items.map(({ name }) => name));
      return {
        title: `no common signature scheme: ${names === '' ? "the server's key makes none of those offered" : `the server has a key for ${names}`}`,
        summary: failsWith(
          facts,
          `no common signature scheme${names === '' ? '' : `, the server has a key for ${names}`}`,
        ),
        ...inventoryParts(inventory, 'kind of key'),
        fix: {
          text: `give ${address.address} a certificate with a P-256 or an RSA key, beside or instead of the one it has`,
          commands: [],
        },
        reproduce: [
          opensslClient(facts, address, '-sigalgs ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256:rsa_pkcs1_sha256'),
        ],
      };
    }),
};
