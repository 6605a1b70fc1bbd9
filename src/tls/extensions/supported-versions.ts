import type { Reader, Writer } from '../../bytes/index.ts';
import { codec } from './codec.ts';

const RFC = 'RFC 8446 section 4.2.1';

/** The versions a client speaks, most preferred first, and the one that the server selected. */
export const supportedVersions = {
  clientHello: codec('supported_versions', 'client_hello', RFC, decodeVersions, encodeVersions),
  serverHello: codec('supported_versions', 'server_hello', RFC, decodeSelected, encodeSelected),
  helloRetryRequest: codec('supported_versions', 'hello_retry_request', RFC, decodeSelected, encodeSelected),
};

function decodeVersions(reader: Reader): number[] {
  return reader.u16s(1, 'versions');
}

function encodeVersions(writer: Writer, versions: readonly number[]): void {
  writer.u16s(1, versions);
}

function decodeSelected(reader: Reader): number {
  return reader.u16('selected_version');
}

function encodeSelected(writer: Writer, version: number): void {
  writer.u16(version);
}
