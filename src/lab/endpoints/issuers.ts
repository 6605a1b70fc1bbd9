/** Chains that lead to nothing that is trusted. */
import { createCa } from '../ca.ts';
import type { EndpointSpec, Form } from '../endpoint.ts';
import { https, httpsServer } from './https.ts';

/** It sends its certificate without the one that issued it, which is published where the certificate says. */
export const noIntermediate: EndpointSpec = {
  id: 'no-intermediate',
  host: 'elder.example',
  fault: 'the intermediate is not sent',
  cause: { code: 'CHAIN_INCOMPLETE', proof: 'probe' },
  served: (kit) => https(kit, { withIntermediate: false, caIssuers: kit.publish(kit.ca.intermediate.certificate) }),
  repaired: (kit) => https(kit, { caIssuers: kit.publish(kit.ca.intermediate.certificate) }),
};

/** The same, and nothing says where the issuer is to be had. */
export const unknownIssuer: EndpointSpec = {
  id: 'unknown-issuer',
  host: 'laurel.example',
  fault: 'the intermediate is not sent, and nothing says where it is',
  cause: { code: 'UNKNOWN_ISSUER', proof: 'bytes' },
  served: (kit) => https(kit, { withIntermediate: false }),
  repaired: (kit) => https(kit),
};

/** Its certificate is signed with its own key. */
export const selfSigned: EndpointSpec = {
  id: 'self-signed',
  host: 'daisy.example',
  fault: 'the certificate is self-signed',
  cause: { code: 'CERT_SELF_SIGNED', proof: 'bytes' },
  served: (kit) => https(kit, { selfSigned: true }),
  repaired: (kit) => https(kit),
};

/** Its chain ends in a root of its own, which it sends. @param isTrusted whether the client is told to trust that */
function privateRootForm(isTrusted: boolean): Form {
  return ({ now, host, file }) => {
    const ca = createCa(now);
    const args = isTrusted ? ['--ca', file('root.pem', ca.root)] : [];
    return { server: httpsServer(ca.issue({ names: [host], withRoot: true })), args };
  };
}

/** A private CA that the client does not know. */
export const privateRoot: EndpointSpec = {
  id: 'private-root',
  host: 'myrtle.example',
  fault: 'the chain ends in a private root',
  cause: { code: 'ROOT_UNTRUSTED', proof: 'bytes' },
  served: privateRootForm(false),
  repaired: privateRootForm(true),
};
