import { type DerReader, der, OID, TAG } from '../../asn1/index.ts';
import { decodeGeneralName, encodeUri } from './general-name.ts';

/** authorityInfoAccess (RFC 5280 section 4.2.2.1): the URIs, as sent and hostile. */
export interface AuthorityInfoAccess {
  /** Where the issuer answers OCSP. */
  readonly ocsp: readonly string[];
  /** Where the issuer's own certificate is to be had. */
  readonly caIssuers: readonly string[];
}

/** Reads authorityInfoAccess; locations that are not URIs and other methods are dropped. @throws DerError */
export function decodeAuthorityInfoAccess(value: DerReader): AuthorityInfoAccess {
  const element = value.next(TAG.sequence, 'authorityInfoAccess');
  const uris = { ocsp: [] as string[], caIssuers: [] as string[] };
  const list = element.reader();
  if (list.remaining === 0) throw element.error('has no access description');
  while (list.remaining > 0) {
    const description = list.sequence('AccessDescription');
    const method = description.next(TAG.oid, 'accessMethod').oid();
    const location = decodeGeneralName(description);
    description.end('AccessDescription');
    if (location.type !== 'uri') continue;
    if (method === OID.ocsp) uris.ocsp.push(location.value);
    if (method === OID.caIssuers) uris.caIssuers.push(location.value);
  }
  return uris;
}

/** Writes authorityInfoAccess. */
export function encodeAuthorityInfoAccess({ ocsp, caIssuers }: AuthorityInfoAccess): Uint8Array {
  return der.sequence(
    ...ocsp.map((uri) => der.sequence(der.oid(OID.ocsp), encodeUri(uri))),
    ...caIssuers.map((uri) => der.sequence(der.oid(OID.caIssuers), encodeUri(uri))),
  );
}
