/** Servers of several names that have nothing for the one that is asked for. */
import { createSecureContext, type TLSSocketOptions } from '../../node/index.ts';
import type { EndpointSpec, Form, LabKit } from '../endpoint.ts';
import { nameFilter } from '../servers/name-filter.ts';
import { httpsServer } from './https.ts';

type NameChoice = NonNullable<TLSSocketOptions['SNICallback']>;

/** What a server does with a name that it has no virtual host for. */
type Otherwise = (answer: Parameters<NameChoice>[1]) => void;

/** A server with virtual hosts for `names`, the first of them being the default where no name is sent. */
function virtualHosts({ ca }: LabKit, names: readonly string[], otherwise: Otherwise) {
  const [first = ''] = names;
  const contexts = new Map(names.map((name) => [name, createSecureContext(ca.issue({ names: [name] }))]));
  const SNICallback: NameChoice = (name, answer) => {
    const context = contexts.get(name.toLowerCase());
    if (context === undefined) otherwise(answer);
    else answer(null, context);
  };
  return { server: httpsServer(ca.issue({ names: [first] }), { SNICallback }) };
}

function other(host: string): string {
  return `shop.${host}`;
}

/** The two forms of a server that lacks a virtual host, and has it when repaired. */
function lacking(otherwise: Otherwise): { readonly served: Form; readonly repaired: Form } {
  return {
    served: (kit) => virtualHosts(kit, [other(kit.host)], otherwise),
    repaired: (kit) => virtualHosts(kit, [other(kit.host), kit.host], otherwise),
  };
}

/** It says that it does not know the name (RFC 6066 section 3). */
export const unknownName: EndpointSpec = {
  id: 'unknown-name',
  host: 'dahlia.example',
  fault: 'the server has nothing for the name and says so',
  cause: { code: 'SNI_REJECTED', proof: 'probe' },
  // A context without a certificate: there is none for the name.
  ...lacking((answer) => answer(null, createSecureContext())),
};

/** It fails on a name that it does not know. */
export const refusesName: EndpointSpec = {
  id: 'refuses-name',
  host: 'lotus.example',
  fault: 'the server has nothing for the name and fails',
  cause: { code: 'SNI_REJECTED', proof: 'probe' },
  ...lacking((answer) => answer(new Error('no virtual host of that name'))),
};

/** A balancer that closes on a name that it has no backend for. */
export const filteredName: EndpointSpec = {
  id: 'filtered-name',
  host: 'fennel.example',
  fault: 'a balancer has no backend for the name and closes without a word',
  cause: { code: 'SNI_REJECTED', proof: 'probe' },
  served: ({ ca, host }) => ({ server: nameFilter([other(host)], httpsServer(ca.issue({ names: [host] }))) }),
  repaired: ({ ca, host }) => ({ server: nameFilter([other(host), host], httpsServer(ca.issue({ names: [host] }))) }),
};

/** It gives its default certificate to whoever asks for a name that it does not know. */
export const defaultCertificate: EndpointSpec = {
  id: 'default-certificate',
  host: 'ginger.example',
  fault: 'the server has no virtual host for the name and serves its default certificate',
  cause: { code: 'NAME_MISMATCH', proof: 'bytes' },
  ...lacking((answer) => answer(null)),
};
