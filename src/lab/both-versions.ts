import type { LabCredential } from './ca.ts';
import type { EndpointSpec, LabKit } from './endpoint.ts';
import { httpsServer } from './endpoints/https.ts';
import { type Lab, startEndpoints } from './lab.ts';

/** Bytes of 0-RTT data that the server takes: a request. */
const EARLY_DATA = 4_096;

const HOST = 'amber.example';

/**
 * One server twice, with one certificate: the endpoint `tls1.2` speaks that version alone, and `tls1.3` the other, where
 * it takes 0-RTT data. For looking at what differs.
 */
export function startBothVersions(): Promise<Lab> {
  let credential: LabCredential | undefined;
  const own = ({ ca }: LabKit) => {
    credential ??= ca.issue({ names: [HOST] });
    return credential;
  };
  const common = { host: HOST, fault: 'nothing is wrong', cause: null, repaired: null };
  const specs: readonly EndpointSpec[] = [
    { ...common, id: 'tls1.2', served: (kit) => ({ server: httpsServer(own(kit), { maxVersion: 'TLSv1.2' }) }) },
    {
      ...common,
      id: 'tls1.3',
      served: (kit) => ({ server: httpsServer(own(kit), { minVersion: 'TLSv1.3', maxEarlyData: EARLY_DATA }) }),
    },
  ];
  return startEndpoints(specs);
}
