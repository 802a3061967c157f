import { X509Certificate } from 'node:crypto';
import type { Certificate, RoutingModel, Sample } from '@sluice/core';

/** What is told of a certificate, read from it once. */
interface CertificateFacts {
  readonly organization: string;
  readonly commonName: string;
  /** Decimal, as ingress-nginx has it. */
  readonly serial: string;
  readonly algorithm: string;
}

const known = new WeakMap<Certificate, CertificateFacts>();

const ALGORITHMS: Readonly<Record<string, string>> = { rsa: 'RSA', ec: 'ECDSA', ed25519: 'Ed25519' };

/** When the certificates of hosts expire. */
export function expirySamples(model: RoutingModel | undefined, controllerClass: string): readonly Sample[] {
  return hostsOf(model).map(({ host, certificate }) => ({
    value: Math.floor(certificate.notAfterMs / 1000),
    labels: labelsOf(host, certificate, controllerClass),
  }));
}

/** Who issued the certificates of hosts, and what they are. */
export function certificateSamples(model: RoutingModel | undefined, controllerClass: string): readonly Sample[] {
  return hostsOf(model).map(({ host, certificate }) => {
    const { organization, commonName, serial, algorithm } = factsOf(certificate);
    return {
      value: 1,
      labels: {
        ...labelsOf(host, certificate, controllerClass),
        issuer_organization: organization,
        issuer_common_name: commonName,
        serial_number: serial,
        public_key_algorithm: algorithm,
      },
    };
  });
}

interface Served {
  readonly host: string;
  readonly certificate: Certificate;
}

function hostsOf(model: RoutingModel | undefined): readonly Served[] {
  const byId = new Map(model?.certificates.map((certificate) => [certificate.id, certificate]));
  return (model?.virtualHosts ?? []).flatMap(({ name, tls }) => {
    const certificate = tls?.certificate === undefined ? undefined : byId.get(tls.certificate);
    // A host that no Ingress lists under `tls` is shown the default certificate, and counts with the one host for all others.
    const isOfOther = tls?.from.object.kind === 'Secret' && name !== '*';
    return certificate === undefined || isOfOther ? [] : [{ host: name === '*' ? '_' : name, certificate }];
  });
}

function labelsOf(host: string, certificate: Certificate, controllerClass: string): Readonly<Record<string, string>> {
  const [namespace = '', secret = ''] = certificate.id.split('/');
  return { namespace, class: controllerClass, host, secret_name: secret, identifier: factsOf(certificate).serial };
}

function factsOf(certificate: Certificate): CertificateFacts {
  let facts = known.get(certificate);
  if (facts === undefined) known.set(certificate, (facts = read(certificate)));
  return facts;
}

function read({ chain }: Certificate): CertificateFacts {
  const { issuer, serialNumber, publicKey } = new X509Certificate(chain);
  const part = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(issuer)?.[1] ?? '';
  const { asymmetricKeyType = '' } = publicKey;
  return {
    organization: part('O'),
    commonName: part('CN'),
    serial: serialNumber.startsWith('-') ? `-${BigInt(`0x${serialNumber.slice(1)}`)}` : BigInt(`0x${serialNumber}`).toString(),
    algorithm: ALGORITHMS[asymmetricKeyType] ?? asymmetricKeyType,
  };
}
