/**
 * X.509: certificates parsed with byte spans ({@link parseCertificate}), identities compared ({@link matchIdentity}),
 * chains judged with every fault named ({@link validateChain}), and certificates issued for the lab
 * ({@link issueCertificate}). Pure: no clock, no trust store of its own, nothing fetched.
 */
export { type ChainInput, validateChain } from './chain.ts';
export { ChainMemory } from './chain-memory.ts';
export { X509Error } from './error.ts';
export { type CertificateFields, certificateFields, shortName } from './fields.ts';
export { matchIdentity, presentsName, type ReferenceIdentity, referenceIdentity } from './identity.ts';
export { formatIp, parseIp } from './ip.ts';
export { type ExtensionInput, type Issuance, issueCertificate } from './issue.ts';
export { type LeafKey, leafKey } from './leaf-key.ts';
export { attributeOf, type Name, parseName } from './name.ts';
export {
  type Certificate,
  findExtension,
  parseCertificate,
} from './parse.ts';
export type { SignatureVerifier } from './path.ts';
export { certificatesFromPem, certificatesToPem, crlsFromPem } from './pem.ts';
export type { PolicyInput } from './policies.ts';
export { printable } from './printable.ts';
export { publishedCertificates } from './published.ts';
export { RootStore } from './roots.ts';
export { ANY_PURPOSE, PURPOSES, type Purpose, type PurposeRules, type ValidationRules, WEB_RULES } from './rules.ts';
export type { ChainFinding, ChainFindingCode, ChainVerdict } from './verdict.ts';
