import type { EndpointSpec } from '../endpoint.ts';
import { clientCert } from './client-cert.ts';
import { closing } from './closing.ts';
import { expired } from './expired.ts';
import { healthy } from './healthy.ts';
import { noIntermediate } from './no-intermediate.ts';
import { plainHttp } from './plain-http.ts';
import { refusesName } from './refuses-name.ts';
import { resetting } from './resetting.ts';
import { selfSigned } from './self-signed.ts';
import { silent } from './silent.ts';
import { smtpBanner } from './smtp-banner.ts';
import { wrongName } from './wrong-name.ts';

/** Every endpoint of the lab. A new one is a file beside this one and a line here. */
export const ENDPOINTS: readonly EndpointSpec[] = [
  healthy,
  expired,
  wrongName,
  selfSigned,
  noIntermediate,
  plainHttp,
  smtpBanner,
  silent,
  resetting,
  closing,
  clientCert,
  refusesName,
];
