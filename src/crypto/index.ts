/**
 * Cryptography as TLS needs it: the provider contract and what is built on it alone (HKDF). The providers live in
 * `node/` and `noble/` and are chosen by the caller. Start at {@link CryptoProvider}.
 */
export { hkdfExpand, hkdfExtract } from './hkdf.ts';
export * from './provider.ts';
export { parseSpki } from './spki.ts';
