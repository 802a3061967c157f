import type { ClientVerification } from '../model/client-auth.ts';
import type { Origin } from '../model/origin.ts';
import type { VirtualHost } from '../model/virtual-host.ts';
import { canonicalHost } from './canonical-host.ts';
import { patternOf } from './patterns.ts';
import type { Narrator } from './reason.ts';
import type { RoutedRequest } from './request.ts';
import type { RedirectVerdict, RespondVerdict } from './verdict.ts';

/** What the TLS connection of a request says about its client. */
export interface ClientTls {
  /** The name that the client asked for in the handshake, in lower case; empty for none. */
  readonly serverName: string;
  /** Absent when the client has shown none. */
  readonly certificate?: ClientCertificate;
  /** What the certificate was checked against: the `ClientVerification` of the host at the time of the handshake. */
  readonly checkedBy?: Pick<ClientVerification, 'authorities' | 'revocations'> | undefined;
}

export interface ClientCertificate {
  /** `SUCCESS`, or `FAILED:` and the reason (nginx `$ssl_client_verify`). */
  readonly verify: string;
  /** It failed for no other reason than that its authority is not known. */
  readonly unknownAuthority: boolean;
  /** Certificates between it and its authority. */
  readonly intermediates: number;
  /** Distinguished names as RFC 2253 writes them. */
  readonly subject: string;
  readonly issuer: string;
  readonly pem: string;
}

interface Refusal {
  readonly status: number;
  readonly because: string;
}

/** What a host with client certificates makes of a request before anything else; undefined when it may go on. */
export function checkClient(request: RoutedRequest, host: VirtualHost, tell: Narrator): RespondVerdict | RedirectVerdict | undefined {
  const { clientAuth } = host;
  if (clientAuth === undefined) return undefined;
  const { from } = clientAuth;
  if (clientAuth.kind === 'unusable') return refuse(host, { status: 403, because: clientAuth.because }, from, tell);
  const refusal = judge(request, clientAuth);
  if (tell !== undefined) tellCertificate(request, clientAuth, tell);
  if (refusal === undefined) {
    tell?.({ step: 'policy', text: passedText(request, clientAuth), from });
    return undefined;
  }
  const { errorPage } = clientAuth;
  if (refusal.status !== 400 || errorPage === undefined) return refuse(host, refusal, from, tell);
  tell?.({ step: 'answer', text: `302 to ${errorPage}: ${refusal.because}`, from });
  return { kind: 'redirect', host, status: 302, location: errorPage };
}

function refuse(host: VirtualHost, { status, because }: Refusal, from: Origin, tell: Narrator): RespondVerdict {
  tell?.({ step: 'answer', text: `${status}: ${because}`, from });
  return { kind: 'respond', host, status, because };
}

function judge(request: RoutedRequest, auth: ClientVerification): Refusal | undefined {
  if (!request.secure || auth.mode === 'off') return judgeSubject(undefined, auth);
  const certificate = request.tls?.certificate;
  return misdirected(request) ?? outdated(request.tls, auth) ?? judgeCertificate(certificate, auth) ?? judgeSubject(certificate, auth);
}

function judgeSubject(certificate: ClientCertificate | undefined, { subject }: ClientVerification): Refusal | undefined {
  if (subject === undefined) return undefined;
  const matches = patternOf(subject, { ignoreCase: false, anchoredStart: false }).match(certificate?.subject ?? '') !== undefined;
  return matches ? undefined : { status: 403, because: `the subject of the client certificate does not match ${subject}` };
}

/** The certificate was checked for the name of the handshake: it says nothing about another host (RFC 9110 section 15.5.20). */
function misdirected({ tls, host }: RoutedRequest): Refusal | undefined {
  if (tls === undefined || tls.serverName === '' || tls.serverName === canonicalHost(host)) return undefined;
  return { status: 421, because: 'the handshake was for another host, and this one checks client certificates' };
}

/** The authorities have changed since the handshake: another connection tells whether the certificate still counts. */
function outdated(tls: ClientTls | undefined, { authorities, revocations }: ClientVerification): Refusal | undefined {
  const by = tls?.certificate && tls.checkedBy;
  if (by === undefined || (by.authorities === authorities && by.revocations === revocations)) return undefined;
  return { status: 421, because: 'the authorities have changed since the handshake' };
}

function judgeCertificate(certificate: ClientCertificate | undefined, { mode, depth }: ClientVerification): Refusal | undefined {
  if (certificate === undefined) return mode === 'on' ? { status: 400, because: 'no client certificate' } : undefined;
  if (certificate.verify !== 'SUCCESS')
    return mode === 'optional_no_ca' && certificate.unknownAuthority
      ? undefined
      : { status: 400, because: `the client certificate is not valid (${certificate.verify})` };
  return certificate.intermediates > depth ? { status: 400, because: 'the chain of the client certificate is too long' } : undefined;
}

function passedText(request: RoutedRequest, { mode }: ClientVerification): string {
  if (!request.secure) return 'no client certificate is asked for without TLS';
  if (mode === 'off') return 'client certificates are not asked for';
  return request.tls?.certificate === undefined ? 'a client certificate is not needed' : 'the client certificate is accepted';
}

/** What is told of a request without a certificate may not hold for one with a certificate. */
function tellCertificate(request: RoutedRequest, { mode, from }: ClientVerification, tell: NonNullable<Narrator>): void {
  if (!request.secure || mode === 'off' || request.tls !== undefined) return;
  const text = 'this is for a client without a certificate: one that shows a certificate may get another answer';
  tell({ step: 'policy', text, from, unless: { step: 'client-certificate' } });
}
