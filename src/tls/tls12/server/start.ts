import { concat, EMPTY } from '../../../bytes/index.ts';
import type { HandshakeContext } from '../../context.ts';
import { extension, type RawExtension } from '../../extensions/block.ts';
import { ecPointFormats, UNCOMPRESSED } from '../../extensions/ec-point-formats.ts';
import { extendedMasterSecret } from '../../extensions/extended-master-secret.ts';
import { renegotiationInfo } from '../../extensions/renegotiation-info.ts';
import { sessionTicket } from '../../extensions/session-ticket.ts';
import { signedCertificateTimestamp } from '../../extensions/signed-certificate-timestamp.ts';
import { statusRequest } from '../../extensions/status-request.ts';
import { giveAnswers } from '../../hello/answers.ts';
import type { Next, Received } from '../../machine.ts';
import { type ClientHello, RANDOM_LENGTH } from '../../messages/client-hello.ts';
import { encodeServerHello } from '../../messages/server-hello.ts';
import { encodeTls12Certificate } from '../../messages/tls12/certificate.ts';
import { encodeTls12CertificateRequest } from '../../messages/tls12/certificate-request.ts';
import { encodeCertificateStatus } from '../../messages/tls12/certificate-status.ts';
import type { Tls12Message } from '../../messages/tls12/message.ts';
import { encodeServerHelloDone } from '../../messages/tls12/server-hello-done.ts';
import { encodeServerKeyExchange, encodeServerKeyParams } from '../../messages/tls12/server-key-exchange.ts';
import { summarize } from '../../negotiate/client-hello.ts';
import { withHelloAnswer } from '../../negotiate/hello-answer.ts';
import { withTls12Signature } from '../../negotiate/own-signature.ts';
import { isForName } from '../../negotiate/parameters.ts';
import { judgeSession } from '../../negotiate/peer.ts';
import { checkQuicClientHello } from '../../negotiate/quic.ts';
import type { ServerSetup } from '../../negotiate/server-setup.ts';
import { withStaple } from '../../negotiate/staple.ts';
import { tls12Random } from '../../negotiate/version.ts';
import { MAX_PLAINTEXT } from '../../record/limits.ts';
import { GROUPS } from '../../registry/named-groups.ts';
import { SCHEMES } from '../../registry/signature-schemes.ts';
import type { Tls12Suite } from '../../registry/tls12-suites.ts';
import { VERSIONS } from '../../registry/versions.ts';
import type { ClientHelloSummary, Credential } from '../../requests.ts';
import { bindingOf } from '../../session/binding.ts';
import { CERTIFICATE_TYPES } from '../authentication.ts';
import { type Agreed, resumeSecrets, sendFinished } from '../secrets.ts';
import { type Choice, checkTls12ClientHello, chooseParameters } from './negotiate.ts';
import { findSession, giveSession, planSession, type Resumable, type SessionPlan } from './sessions.ts';
import type { ServerStateOf } from './state.ts';

type AfterStart = ServerStateOf<'WAIT_CKE' | 'WAIT_CERT' | 'WAIT_FINISHED'>;

/** START, client_hello: TLS 1.2 was chosen; our flight goes out (RFC 5246 section 7.3). */
export function clientHello(
  context: HandshakeContext,
  { setup }: ServerStateOf<'START'>,
  { message, bytes }: Received<'client_hello', Tls12Message>,
): Next<AfterStart> {
  context.requireFlightEnd('client_hello');
  checkQuicClientHello(context.isQuic, message);
  const summary = summarize(message);
  context.clientRandom = message.random;
  if (summary.serverName !== undefined) context.info.serverName = summary.serverName;
  context.info.secureRenegotiation = checkTls12ClientHello(message);
  return withHelloAnswer(setup, summary, ({ credentials, protocol }) => {
    const binding = bindingOf(setup, credentials[0]);
    const hello = { setup, message, bytes, summary, credentials, protocol, binding };
    return findSession(context, setup, message, binding, (resumable) => {
      const full = () => fullHandshake(context, hello);
      if (resumable === undefined) return full();
      // Our own session; that the client knows its secret shows its Finished.
      const { peerCertificates } = resumable.session;
      return judgeSession(context, peerCertificates, full, () => resume(context, hello, resumable));
    });
  });
}

/** A ClientHello, and what it is answered with if no session is resumed. */
interface Hello {
  readonly setup: ServerSetup;
  readonly message: ClientHello;
  readonly bytes: Uint8Array;
  readonly summary: ClientHelloSummary;
  readonly credentials: readonly Credential[];
  readonly protocol: string | undefined;
  /** What a session has to be bound to. */
  readonly binding: Uint8Array;
}

function fullHandshake(context: HandshakeContext, hello: Hello): Next<AfterStart> {
  const { setup, message, bytes, summary, credentials, protocol, binding } = hello;
  const choice = chooseParameters(setup, message, summary, credentials);
  // Only a client that is asked for a certificate signs the messages.
  if (asks(setup)) context.transcript.keepRaw();
  context.transcript.append(bytes);
  context.transcript.start(choice.suite.hash);
  const plan = planSession(context, setup, message, binding);
  const isWanted = message.extensions.get(statusRequest.clientHello) !== undefined;
  return withStaple(choice.credential, isWanted, (staple) => {
    const agreed = sendServerHello(context, setup, message, choice, protocol, staple, plan);
    sendCertificate(context, choice, staple);
    return sendKeyExchange(context, setup, agreed, choice, plan);
  });
}

/** The short flight: the secrets are those of the session (RFC 5246 section 7.3). */
function resume(
  context: HandshakeContext,
  { setup, message, bytes, protocol, binding }: Hello,
  { session, suite }: Resumable,
): Next<ServerStateOf<'WAIT_FINISHED'>> {
  context.transcript.append(bytes);
  const { info } = context;
  info.resumed = true;
  if (session.peerCertificates.length > 0) info.peerCertificates = session.peerCertificates;
  context.transcript.start(suite.hash);
  // server_name is not acknowledged again (RFC 6066 section 3).
  const extensions = commonAnswers(context, setup, message, { protocol, isNamed: false });
  const plan = planSession(context, setup, message, binding, session);
  if (plan !== undefined) extensions.push(extension(sessionTicket.serverHello, null));
  const agreed = writeServerHello(context, setup, message, suite, extensions, message.legacySessionId);
  const secrets = resumeSecrets(context, agreed, session.secret);
  return giveSession(context, plan, agreed, secrets, () => {
    sendFinished(context, secrets);
    context.expectChangeCipherSpec(secrets.client, 'client_hello');
    return { name: 'WAIT_FINISHED', agreed, secrets, plan: undefined, peer: 'resumed' };
  });
}

function asks({ config }: ServerSetup): boolean {
  return config.clientCertificate === 'request' || config.clientCertificate === 'require';
}

function sendServerHello(
  context: HandshakeContext,
  setup: ServerSetup,
  message: ClientHello,
  { suite, group, credential }: Choice,
  protocol: string | undefined,
  staple: Uint8Array | undefined,
  plan: SessionPlan | undefined,
): Agreed {
  const isNamed = setup.config.credentials === 'ask' || isForName(credential, context.info.serverName);
  const extensions = commonAnswers(context, setup, message, { protocol, isNamed });
  if (message.extensions.get(ecPointFormats.clientHello) !== undefined) {
    extensions.push(extension(ecPointFormats.serverHello, [UNCOMPRESSED]));
  }
  extensions.push(...besideCertificate(message, credential, staple));
  if (plan !== undefined && plan.id.length === 0) extensions.push(extension(sessionTicket.serverHello, null));
  context.info.group = group;
  return writeServerHello(context, setup, message, suite, extensions, plan?.id ?? EMPTY);
}

/** What is answered alike in full and in resumed handshakes. */
function commonAnswers(
  context: HandshakeContext,
  setup: ServerSetup,
  message: ClientHello,
  answer: { readonly protocol: string | undefined; readonly isNamed: boolean },
): RawExtension[] {
  const { info } = context;
  const extensions = giveAnswers(context, setup, message, answer, MAX_PLAINTEXT);
  info.extendedMasterSecret = message.extensions.get(extendedMasterSecret.clientHello) !== undefined;
  if (info.extendedMasterSecret) extensions.push(extension(extendedMasterSecret.serverHello, null));
  if (info.secureRenegotiation) extensions.push(extension(renegotiationInfo.serverHello, EMPTY));
  return extensions;
}

function writeServerHello(
  context: HandshakeContext,
  { settings }: ServerSetup,
  message: ClientHello,
  suite: Tls12Suite,
  extensions: readonly RawExtension[],
  sessionId: Uint8Array,
): Agreed {
  const { info, crypto } = context;
  const random = tls12Random(settings.versions, crypto.random(RANDOM_LENGTH));
  const bytes = encodeServerHello(
    {
      legacyVersion: VERSIONS.tls12,
      random,
      legacySessionIdEcho: sessionId,
      cipherSuite: suite.code,
      legacyCompressionMethod: 0,
      extensions,
    },
    context.allocate,
  );
  context.send('initial', bytes);
  info.cipherSuite = suite.name;
  const randoms = { client: message.random, server: random };
  return { suite, randoms, extendedMasterSecret: info.extendedMasterSecret === true };
}

/** What a credential has beside its chain, as far as the client wants it. */
function besideCertificate(
  { extensions }: ClientHello,
  { scts = [] }: Choice['credential'],
  staple: Uint8Array | undefined,
): RawExtension[] {
  const answers: RawExtension[] = [];
  if (staple !== undefined) answers.push(extension(statusRequest.serverHello, null));
  if (scts.length > 0 && extensions.get(signedCertificateTimestamp.clientHello) !== undefined) {
    answers.push(extension(signedCertificateTimestamp.serverHello, [...scts]));
  }
  return answers;
}

function sendCertificate(context: HandshakeContext, { credential }: Choice, staple: Uint8Array | undefined): void {
  context.send('initial', encodeTls12Certificate(credential.chain, context.allocate));
  if (staple !== undefined) context.send('initial', encodeCertificateStatus(staple, context.allocate));
}

/** ServerKeyExchange, CertificateRequest where one is wanted, ServerHelloDone. */
function sendKeyExchange(
  context: HandshakeContext,
  setup: ServerSetup,
  agreed: Agreed,
  choice: Choice,
  plan: SessionPlan | undefined,
): Next<AfterStart> {
  const { group, scheme } = choice;
  const ephemeral = context.crypto.group(group).generate();
  const signedParams = encodeServerKeyParams({ kind: 'ecdhe', group: GROUPS[group], publicKey: ephemeral.share });
  const content = concat([agreed.randoms.client, agreed.randoms.server, signedParams]);
  return withTls12Signature(context, choice, content, (signature): AfterStart => {
    const { code: algorithm } = SCHEMES[scheme];
    context.send('initial', encodeServerKeyExchange({ signedParams, algorithm, signature }, context.allocate));
    if (asks(setup)) context.send('initial', certificateRequest(context, setup));
    context.send('initial', encodeServerHelloDone(context.allocate));
    const after = { setup, agreed, ephemeral, plan };
    return asks(setup) ? { name: 'WAIT_CERT', ...after } : { name: 'WAIT_CKE', peer: 'anonymous', ...after };
  });
}

function certificateRequest(context: HandshakeContext, { config, settings }: ServerSetup): Uint8Array {
  const request = {
    certificateTypes: Object.values(CERTIFICATE_TYPES),
    signatureAlgorithms: settings.schemeCodes,
    certificateAuthorities: config.certificateAuthorities ?? [],
  };
  return encodeTls12CertificateRequest(request, context.allocate);
}
