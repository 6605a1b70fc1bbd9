import { parseIp } from '../x509/index.ts';
import { InputError } from './input-error.ts';

/** What to check. */
export interface Target {
  /** As the user wrote it. */
  readonly text: string;
  /** A DNS name of A-labels in lower case, or an IP address without brackets. */
  readonly host: string;
  readonly isAddress: boolean;
  readonly port: number;
  /** What speaks over the connection, as far as the target says. */
  readonly protocol: 'https' | 'unknown' | 'other';
  /** Path and query of the URL, `/` unless given. */
  readonly path: string;
}

/** Schemes of protocols that begin with a TLS handshake, with their ports. */
const SCHEMES: ReadonlyMap<string, { readonly port: number; readonly protocol: Target['protocol'] }> = new Map([
  ['https', { port: 443, protocol: 'https' }],
  ['wss', { port: 443, protocol: 'https' }],
  ['tls', { port: 443, protocol: 'other' }],
  ['smtps', { port: 465, protocol: 'other' }],
  ['imaps', { port: 993, protocol: 'other' }],
  ['pops', { port: 995, protocol: 'other' }],
  ['ldaps', { port: 636, protocol: 'other' }],
  ['ftps', { port: 990, protocol: 'other' }],
]);

/** Ports whose protocol is not HTTP: nothing is requested there. */
const NOT_HTTP: ReadonlySet<number> = new Set([465, 636, 853, 989, 990, 993, 995, 5061, 5223, 5671, 6697, 8883]);

/**
 * Understands `host`, `host:port`, `[v6]:port`, `v6` and URLs of protocols over TLS.
 * @param toAscii turns a name with other letters into A-labels (IDNA), or gives '' for what is no name.
 * @throws InputError
 */
export function parseTarget(text: string, toAscii: (name: string) => string): Target {
  const url = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^#]*)(#.*)?$/i.exec(text.trim());
  const scheme = url?.[1]?.toLowerCase();
  const known = scheme === undefined ? undefined : SCHEMES.get(scheme);
  if (scheme !== undefined && known === undefined) {
    const reason = scheme === 'http' ? 'it is not over TLS' : `known are ${[...SCHEMES.keys()].join(', ')}`;
    throw new InputError(`${text}: cannot check ${scheme}://, ${reason}`);
  }
  const authority = url === null ? text.trim() : (url[2] ?? '');
  // Not quoted: what stands before the @ may be a password.
  if (authority.includes('@')) throw new InputError('a target with a user name: take what stands before the @ out');
  const { host, port } = splitAuthority(authority, text);
  const name = hostOf(host, text, toAscii);
  const resource = url?.[3] ?? '';
  const number = port ?? known?.port ?? 443;
  return {
    text,
    ...name,
    port: number,
    protocol: known?.protocol ?? (NOT_HTTP.has(number) ? 'other' : 'unknown'),
    path: requestPath(resource, text),
  };
}

/** `192.0.2.10:443`, `[2001:db8::10]:443` or `shop.example:443`. */
export function endpointText(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Reads a port number. @throws InputError */
export function parsePort(text: string, context: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new InputError(`${context}: ${text} is not a port (1 to 65535)`);
  return port;
}

function splitAuthority(authority: string, text: string): { host: string; port: number | undefined } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(authority);
  if (bracketed !== null) {
    const port = bracketed[2];
    return { host: bracketed[1] ?? '', port: port === undefined ? undefined : parsePort(port, text) };
  }
  // An address of IPv6 without brackets has no port.
  if (authority.split(':').length > 2) return { host: authority, port: undefined };
  const [host = '', port] = authority.split(':');
  return { host, port: port === undefined ? undefined : parsePort(port, text) };
}

function hostOf(host: string, text: string, toAscii: (name: string) => string): { host: string; isAddress: boolean } {
  if (parseIp(host) !== undefined) return { host: host.toLowerCase(), isAddress: true };
  const name = toAscii(host.replace(/\.$/, '')).toLowerCase();
  // An IPv4 address in one of its other spellings: 127.1.
  if (parseIp(name) !== undefined) return { host: name, isAddress: true };
  if (name === '' || !isName(name)) {
    throw new InputError(host === '' ? `${text}: no host in it` : `${text}: neither a host name nor an IP address`);
  }
  return { host: name, isAddress: false };
}

function isName(name: string): boolean {
  return name.length <= 253 && name.split('.').every((label) => /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/.test(label));
}

function requestPath(resource: string, text: string): string {
  const path = resource.startsWith('/') ? resource : `/${resource}`;
  // RFC 9110 section 4.2: what is not visible ASCII is percent-encoded in a request target.
  if (!/^[!-~]*$/.test(path)) throw new InputError(`${text}: the path has characters that are not percent-encoded`);
  return path;
}
