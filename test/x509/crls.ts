/** CRLs for tests, signed by keys of the throw-away PKI. */
import { der, OID } from '../../src/asn1/index.ts';
import { EMPTY } from '../../src/bytes/index.ts';
import { type ExtensionInput, parseCertificate } from '../../src/x509/index.ts';
import { DAY, type Issued, NOW } from './support.ts';

/** An entry of a CRL. */
interface RevokedInput {
  /** The certificate. */
  readonly of: Issued;
  readonly extensions?: readonly ExtensionInput[];
}

/** What a CRL is to say. */
export interface CrlInput {
  readonly by: Issued;
  readonly revoked?: readonly RevokedInput[];
  readonly thisUpdate?: number;
  /** `null` leaves it out. */
  readonly nextUpdate?: number | null;
  readonly number?: number | null;
  readonly extensions?: readonly ExtensionInput[];
}

const ALGORITHM = der.sequence(der.oid(OID.ecdsaWithSHA256));

/** A CRL of version 2, current at {@link NOW}. */
export function crl({
  by,
  revoked = [],
  thisUpdate = NOW - DAY,
  nextUpdate = NOW + DAY,
  number = 1,
  extensions = [],
}: CrlInput): Uint8Array {
  const all = [
    ...(number === null ? [] : [{ oid: OID.cRLNumber, critical: false, value: der.integer(number) }]),
    ...extensions,
  ];
  const entries = revoked.map(({ of, extensions: own = [] }) =>
    der.sequence(
      der.integer(parseCertificate(of.der).serial),
      der.time(NOW - DAY),
      own.length === 0 ? EMPTY : der.sequence(...own.map(extension)),
    ),
  );
  const tbs = der.sequence(
    der.integer(1),
    ALGORITHM,
    parseCertificate(by.der).subject.der,
    der.time(thisUpdate),
    nextUpdate === null ? EMPTY : der.time(nextUpdate),
    entries.length === 0 ? EMPTY : der.sequence(...entries),
    all.length === 0 ? EMPTY : der.explicit(0, der.sequence(...all.map(extension))),
  );
  return der.sequence(tbs, ALGORITHM, der.bitString(by.key.sign('ecdsa_secp256r1_sha256', tbs)));
}

function extension({ oid, critical, value }: ExtensionInput): Uint8Array {
  return der.sequence(der.oid(oid), critical ? der.boolean(true) : EMPTY, der.octetString(value));
}

/** reasonCode. */
export function reason(code: number): ExtensionInput {
  const value = der.integer(code);
  value[0] = 0x0a;
  return { oid: OID.reasonCode, critical: false, value };
}
