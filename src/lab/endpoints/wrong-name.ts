import type { EndpointSpec } from '../endpoint.ts';
import { https } from './https.ts';

/** Its certificate is for a name that differs in a letter. */
export const wrongName: EndpointSpec = {
  id: 'wrong-name',
  host: 'cedar.example',
  fault: 'the certificate is for another name',
  cause: { code: 'NAME_MISMATCH', proof: 'bytes' },
  served: (kit) => https(kit, { names: ['cedars.example', 'www.cedars.example'] }),
  repaired: (kit) => https(kit, { names: ['cedars.example', 'www.cedars.example', kit.host] }),
};

/** Its name stands in the subject only, where nobody has looked since RFC 6125. */
export const noSan: EndpointSpec = {
  id: 'no-san',
  host: 'heather.example',
  fault: 'the certificate has no subjectAltName',
  cause: { code: 'NAME_MISMATCH', proof: 'bytes' },
  served: (kit) => https(kit, { names: [], commonName: kit.host }),
  repaired: (kit) => https(kit),
};
