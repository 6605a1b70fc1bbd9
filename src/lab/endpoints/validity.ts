/** Certificates outside of their time. */
import { DAY } from '../ca.ts';
import type { EndpointSpec, LabKit } from '../endpoint.ts';
import { https, httpsServer } from './https.ts';

/** Its certificate expired. */
export const expired: EndpointSpec = {
  id: 'expired',
  host: 'birch.example',
  fault: 'the certificate expired three days ago',
  cause: { code: 'CERT_EXPIRED', proof: 'bytes' },
  served: (kit) => https(kit, { notBefore: kit.now - 93 * DAY, notAfter: kit.now - 3 * DAY }),
  repaired: (kit) => https(kit),
};

/** Its certificate is good, and the one that issued it expired. */
export const expiredIntermediate: EndpointSpec = {
  id: 'expired-intermediate',
  host: 'ivy.example',
  fault: 'the intermediate expired ten days ago',
  cause: { code: 'CERT_EXPIRED', proof: 'bytes' },
  served(kit) {
    const times = { notBefore: kit.now - 400 * DAY, notAfter: kit.now - 10 * DAY };
    return https(kit, { issuer: kit.ca.subordinate(times) });
  },
  repaired: (kit) => https(kit, { issuer: kit.ca.subordinate({}) }),
};

/** Its certificate begins next week. */
export const notYetValid: EndpointSpec = {
  id: 'not-yet-valid',
  host: 'juniper.example',
  fault: 'the certificate is valid from next week on',
  cause: { code: 'CERT_NOT_YET_VALID', proof: 'bytes' },
  served: (kit) => https(kit, { notBefore: kit.now + 7 * DAY, notAfter: kit.now + 97 * DAY }),
  repaired: (kit) => https(kit),
};

/** A server ten days ahead of this machine: whoever's clock is wrong, the two do not agree. */
function tenDaysAhead({ ca, host, now }: LabKit) {
  const credential = ca.issue({ names: [host], notBefore: now + 7 * DAY, notAfter: now + 97 * DAY });
  return httpsServer(credential, {}, { date: new Date(now + 10 * DAY).toUTCString() });
}

/** This machine's clock is behind. The twin is the same, looked at as from a machine whose clock was set. */
export const wrongClock: EndpointSpec = {
  id: 'wrong-clock',
  host: 'sloe.example',
  fault: 'the clock of this machine is ten days behind that of the server, which has a certificate of last week',
  cause: { code: 'CLOCK_WRONG', proof: 'probe' },
  served: (kit) => ({ server: tenDaysAhead(kit) }),
  repaired: (kit) => ({ server: tenDaysAhead(kit), args: ['--at', '+10d'] }),
};
