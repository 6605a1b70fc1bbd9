import type { Reader, Writer } from '../../bytes/index.ts';
import { codec } from './codec.ts';

/** A certificate extension that a client certificate must have, with the values it must hold. */
export interface OidFilter {
  /** certificate_extension_oid, DER. */
  readonly oid: Uint8Array;
  /** certificate_extension_values, DER. */
  readonly values: Uint8Array;
}

/** What a server wants to see in the client's certificate. */
export const oidFilters = {
  certificateRequest: codec('oid_filters', 'certificate_request', 'RFC 8446 section 4.2.5', decode, encode),
};

function decode(reader: Reader): OidFilter[] {
  const list = reader.vector(2, 'filters');
  const filters: OidFilter[] = [];
  while (list.remaining > 0) filters.push(list.group('oid_filter', decodeFilter));
  list.end();
  return filters;
}

function decodeFilter(reader: Reader): OidFilter {
  return {
    oid: reader.opaque(1, 'certificate_extension_oid', 1),
    values: reader.opaque(2, 'certificate_extension_values'),
  };
}

function encode(writer: Writer, filters: readonly OidFilter[]): void {
  writer.vector(2, (list) => {
    for (const { oid, values } of filters) list.opaque(1, oid).opaque(2, values);
  });
}
