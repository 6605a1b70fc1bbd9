import { fetchesOf } from './aia.ts';
import type { AddressFacts } from './facts.ts';
import type { FetchObservation } from './observations.ts';
import { describeAnswer } from './probes/answer.ts';
import type { Report } from './report.ts';
import { type Json, toJson } from './run-json.ts';
import { sessionsOf } from './sessions.ts';
import { versionsOf } from './versions.ts';

/** A report as the JSON of docs/schema/hellofin-1.json: what was found, without the bytes of whole messages. */
export function reportToJson(report: Report): Json {
  const { facts, status, summary, steps, findings, ignored, notMeasured } = report;
  const { target, startedAt, clock, took } = facts.run;
  return toJson({
    target: { text: target.text, host: target.host, port: target.port },
    status,
    summary,
    startedAt: new Date(startedAt).toISOString(),
    judgedAt: new Date(clock).toISOString(),
    took,
    connections: facts.connections,
    steps,
    addresses: facts.addresses.map(addressToJson),
    fetches: fetchesOf(facts).map(fetchToJson),
    findings,
    ignored,
    notMeasured,
  });
}

function fetchToJson({ connection, url, status, took, location, detail, certificates }: FetchObservation): unknown {
  return { connection, url, status, took, location, detail, certificates: certificates.length };
}

function addressToJson(facts: AddressFacts): unknown {
  const { address, port, endpoint, tcp, tls, negotiated, chain, http, flight } = facts;
  const versions = versionsOf(facts);
  return {
    endpoint,
    address,
    port,
    tcp: { status: tcp.status, took: tcp.took, detail: tcp.detail },
    ...(tls === undefined
      ? {}
      : {
          tls: {
            took: tls.took,
            ...negotiated,
            keyProof:
              flight?.keyProof === undefined
                ? undefined
                : { status: flight.keyProof.status, reason: flight.keyProof.reason },
            error: tls.error === undefined ? undefined : { code: tls.error.code, message: tls.error.message },
          },
        }),
    ...(versions === undefined
      ? {}
      : {
          versions: {
            preferred: versions.preferred?.version,
            list: versions.list.map(({ version, isSupported, exchange }) => ({
              version,
              supported: isSupported ?? null,
              answer: describeAnswer(exchange),
            })),
          },
        }),
    ...sessionsToJson(facts),
    ...(chain === undefined
      ? {}
      : {
          chain: {
            trusted: chain.trusted,
            identity: chain.identity,
            path: chain.path.map((one) => ({
              name: one.name,
              notBefore: new Date(one.notBefore).toISOString(),
              notAfter: new Date(one.notAfter).toISOString(),
              sent: one.sent !== undefined,
            })),
          },
        }),
    ...(http === undefined
      ? {}
      : {
          http: {
            protocol: http.protocol,
            method: http.method,
            path: http.path,
            status: http.status,
            headers: http.headers,
            error: http.error,
            took: http.took,
          },
        }),
  };
}

function sessionsToJson(facts: AddressFacts): object {
  const sessions = sessionsOf(facts);
  if (sessions === undefined) return {};
  const { given = null, tries } = sessions;
  const offers = tries.map(({ probe, outcome, group, earlyData }) => {
    return { connection: probe.tcp.connection, outcome, group, earlyData };
  });
  return { sessions: { given, offers } };
}
