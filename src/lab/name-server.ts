import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { ReadError, Reader, Writer } from '../bytes/index.ts';
import { parseIp } from '../x509/index.ts';

/** What the name server knows of a name: addresses of IPv4 and IPv6, or a failure that it answers with. */
export type NameRecord = { readonly a: readonly string[]; readonly aaaa?: readonly string[] } | 'servfail' | 'nxdomain';

/** A name server on a loopback UDP port. */
export interface NameServer {
  /** `udp://127.0.0.1:PORT`. */
  readonly url: string;
  close(): Promise<void>;
}

/** RCODEs (RFC 1035 section 4.1.1). */
const RCODE = { noError: 0, serverFailure: 2, nameError: 3 } as const;

/** TYPE A (RFC 1035 section 3.2.2), TYPE AAAA (RFC 3596 section 2.1) and CLASS IN (RFC 1035 section 3.2.4). */
const TYPE_A = 1;
const TYPE_AAAA = 28;
const CLASS_IN = 1;

interface Question {
  readonly id: number;
  /** As on the wire, to be repeated in the answer. */
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly type: number;
}

/** Answers for `records`, and with NXDOMAIN for every other name. */
export function startNameServer(records: ReadonlyMap<string, NameRecord>): Promise<NameServer> {
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    const question = readQuestion(message);
    if (question !== undefined) socket.send(answerTo(question, records.get(question.name)), from.port, from.address);
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address() as AddressInfo;
      resolve({ url: `udp://127.0.0.1:${port}`, close: () => new Promise((done) => socket.close(() => done())) });
    });
  });
}

/** The first question of a query (RFC 1035 section 4.1); `undefined` for what is none. */
function readQuestion(message: Uint8Array): Question | undefined {
  try {
    const reader = new Reader(message);
    const id = reader.u16('id');
    const flags = reader.u16('flags');
    reader.bytes(8, 'counts');
    if (flags >= 0x8000) return undefined;
    const start = reader.offset;
    const labels: string[] = [];
    for (let label = reader.opaque(1, 'label'); label.length > 0; label = reader.opaque(1, 'label')) {
      labels.push(Buffer.from(label).toString('latin1').toLowerCase());
    }
    const type = reader.u16('type');
    reader.u16('class');
    return { id, type, name: labels.join('.'), bytes: message.subarray(start, reader.offset) };
  } catch (error) {
    if (error instanceof ReadError) return undefined;
    throw error;
  }
}

function answerTo({ id, bytes, type }: Question, record: NameRecord = 'nxdomain'): Uint8Array {
  const data = typeof record === 'object' ? recordData(record, type) : [];
  const writer = new Writer();
  // A response, authoritative, recursion available.
  writer.u16(id).u16(0x8480 | rcodeOf(record));
  writer.u16(1).u16(data.length).u16(0).u16(0).bytes(bytes);
  for (const address of data) {
    // A pointer to the name in the question (RFC 1035 section 4.1.4), which stands behind the header.
    writer.u16(0xc00c).u16(type).u16(CLASS_IN).u32(0);
    writer.opaque(2, address);
  }
  return writer.finish();
}

function rcodeOf(record: NameRecord): number {
  if (record === 'nxdomain') return RCODE.nameError;
  return record === 'servfail' ? RCODE.serverFailure : RCODE.noError;
}

/** The addresses of one type, as records hold them. */
function recordData({ a, aaaa = [] }: Extract<NameRecord, object>, type: number): Uint8Array[] {
  const addresses = type === TYPE_A ? a : type === TYPE_AAAA ? aaaa : [];
  return addresses.flatMap((address) => parseIp(address) ?? []);
}
