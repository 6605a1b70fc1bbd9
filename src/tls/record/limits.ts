/** Largest TLSPlaintext.fragment (RFC 8446 section 5.1). */
export const MAX_PLAINTEXT = 2 ** 14;

/** Largest TLSCiphertext.encrypted_record (RFC 8446 section 5.2). */
export const MAX_CIPHERTEXT = 2 ** 14 + 256;

/** Largest TLSCiphertext.fragment of TLS 1.2 (RFC 5246 section 6.2.3): padding of CBC mode may have 256 bytes alone. */
export const MAX_TLS12_CIPHERTEXT = 2 ** 14 + 2048;

/** type, legacy_record_version, length (RFC 8446 section 5.1). */
export const RECORD_HEADER_LENGTH = 5;

/**
 * Records in a row that carry nothing. RFC 8446 section 5.1 allows empty application data and warns of the work
 * it causes; 32 is what BoringSSL allows.
 */
export const MAX_EMPTY_RECORDS = 32;

/** change_cipher_spec records that are dropped for middleboxes (RFC 8446 section 5): two are ever useful. */
export const MAX_CHANGE_CIPHER_SPECS = 32;

/** Alerts that end nothing: user_canceled (RFC 8446 section 6.1), in TLS 1.2 warnings; what BoringSSL allows. */
export const MAX_WARNING_ALERTS = 4;

/** KeyUpdates without application data in between (RFC 8446 section 4.6.3 leaves it open); what BoringSSL allows. */
export const MAX_KEY_UPDATES = 32;

/**
 * NewSessionTickets without application data in between (RFC 8446 section 4.6.1 allows several); servers send two, and
 * each costs their client a derivation.
 */
export const MAX_TICKETS_IN_ROW = 32;

/** Tickets that a client keeps until they are taken; of more, the latest. */
export const MAX_TICKETS = 8;

/**
 * Longest ticket that is kept or offered, in bytes: a ClientHello has 2^16 for all its extensions. A client's chain in
 * it makes a few thousand.
 */
export const MAX_TICKET_LENGTH = 2 ** 14;

/** Requests for a certificate after the handshake, on one connection: each costs a signature. */
export const MAX_POST_HANDSHAKE_REQUESTS = 32;

/**
 * Bytes of early data that a server skips at least (RFC 8446 section 4.2.10), as plaintext. A client can only
 * hold a ticket of another configuration of this name; 16 KiB is what nginx and OpenSSL allow by default.
 */
export const MAX_SKIPPED_EARLY_DATA = 2 ** 14;

/** Bytes held while a request waits for its answer. A full flight with a long chain is below 128 KiB. */
export const MAX_BUFFERED_INPUT = 2 ** 18;

/** Wishes to renegotiate in TLS 1.2 that are passed over unless configured; as many as other warnings. */
export const MAX_RENEGOTIATIONS = 4;
