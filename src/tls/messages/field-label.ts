import { PSK_KEY_EXCHANGE_MODES } from '../extensions/psk-key-exchange-modes.ts';
import { certificateCompressionName } from '../registry/certificate-compression.ts';
import { cipherSuiteName } from '../registry/cipher-suites.ts';
import { extensionName, isGrease } from '../registry/extension-types.ts';
import { handshakeTypeName } from '../registry/handshake-types.ts';
import { groupName } from '../registry/named-groups.ts';
import { reverse } from '../registry/reverse.ts';
import { schemeName } from '../registry/signature-schemes.ts';
import { versionName } from '../registry/versions.ts';

type Lookup = (code: number) => string | undefined;

const PSK_MODES = reverse(PSK_KEY_EXCHANGE_MODES);

/** Fields that hold a code point, by name; the elements of a list of code points by the name of the list. */
const LOOKUPS: ReadonlyMap<string, Lookup> = new Map<string, Lookup>([
  ['msg_type', handshakeTypeName],
  ['legacy_version', versionName],
  ['versions', versionName],
  ['selected_version', versionName],
  ['cipher_suite', cipherSuiteName],
  ['cipher_suites', cipherSuiteName],
  ['extension_type', extensionName],
  ['group', groupName],
  ['selected_group', groupName],
  ['named_group_list', groupName],
  ['named_curve', groupName],
  ['algorithm', schemeName],
  ['supported_signature_algorithms', schemeName],
  ['algorithms', certificateCompressionName],
  ['certificate_compression_algorithm', certificateCompressionName],
  ['ke_mode', (code) => PSK_MODES.get(code)],
]);

/** How the elements of a list of code points are named by the reader. */
const ELEMENT = 'value';

/** The registered name of a code point, or `undefined` where the field is none or the code is not registered. */
export function fieldLabel(name: string, parent: string | undefined, value: number): string | undefined {
  const lookup = LOOKUPS.get(name === ELEMENT ? (parent ?? name) : name);
  if (lookup === undefined) return undefined;
  return isGrease(value) ? 'GREASE' : lookup(value);
}
