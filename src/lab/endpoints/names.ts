import type { EndpointSpec } from '../endpoint.ts';
import { https } from './https.ts';

/** DNS has no such name; a name that differs in a letter is there. */
export const nxdomain: EndpointSpec = {
  id: 'nxdomain',
  host: 'quinces.example',
  fault: 'the name does not exist: NXDOMAIN',
  cause: { code: 'NAME_NOT_RESOLVED', proof: 'dns' },
  served: () => ({ record: 'nxdomain' }),
  repaired: (kit) => https(kit),
  repairedHost: 'quince.example',
};

/** The name's servers fail. */
export const servfail: EndpointSpec = {
  id: 'servfail',
  host: 'poppy.example',
  fault: 'the name servers fail: SERVFAIL',
  cause: { code: 'NAME_NOT_RESOLVED', proof: 'dns' },
  served: () => ({ record: 'servfail' }),
  repaired: (kit) => https(kit),
  repairedHost: 'www.poppy.example',
};

/** The name exists and has no address. */
export const nodata: EndpointSpec = {
  id: 'nodata',
  host: 'nettle.example',
  fault: 'the name has no address',
  cause: { code: 'NAME_NOT_RESOLVED', proof: 'dns' },
  served: () => ({ record: { a: [] } }),
  repaired: (kit) => https(kit),
  repairedHost: 'www.nettle.example',
};
