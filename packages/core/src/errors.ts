import type { Severity } from './observe/diagnostic.ts';

interface Problem {
  /** What the code stands for, as a heading of docs/errors.md. */
  readonly title: string;
  readonly severity: Severity;
  /** Whether the same step may succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** What to do about it. */
  readonly help: string;
}

const problem = (severity: Severity, title: string, help: string, retryable = false): Problem =>
  Object.freeze({ title, severity, retryable, help });

/**
 * Every finding and failure of Sluice, by code. 1xxx: the watched objects; 2xxx: usage, configuration and plugins;
 * 3xxx: data planes; 4xxx: the reconcile loop. docs/errors.md is generated from this table.
 */
export const problems = Object.freeze({
  SLU1001: problem('error', 'A manifest file does not parse', 'correct the file; the objects that it gave before stay in use'),
  SLU1002: problem(
    'error',
    'An object is not what its kind requires',
    'compare the field with the Kubernetes API reference; the last valid form of the object stays in use',
  ),
  SLU1003: problem('error', 'An object is defined twice', 'keep one of the two definitions'),
  SLU1004: problem('info', 'A kind is not used', 'nothing to do: objects of this kind do not affect routing'),
  SLU1005: problem(
    'error',
    'The manifests directory cannot be read',
    'check that the path exists and is readable; it is tried again by itself',
    true,
  ),
  SLU1006: problem('error', 'A manifest file cannot be read', 'check its permissions and size', true),
  SLU1007: problem('error', 'The version of an object is not understood', 'write the object in the version named in the message'),
  SLU1008: problem(
    'warning',
    'A part of the cluster cannot be followed',
    'check that the API server is reachable; what was read before stays in use, and it is tried again by itself',
    true,
  ),
  SLU1009: problem(
    'error',
    'The account of the controller lacks a right',
    'grant it to the service account (docs/kubernetes.md has the list); it is tried again by itself',
    true,
  ),
  SLU1101: problem(
    'info',
    'An Ingress belongs to another class',
    'set spec.ingressClassName to a class of this controller to have it served',
  ),
  SLU1102: problem(
    'warning',
    'An Ingress has no class',
    'set spec.ingressClassName, or watchIngressWithoutClass to serve Ingresses without one',
  ),
  SLU1103: problem('info', 'An IngressClass object is missing', 'create the IngressClass: in a cluster the Ingress is ignored without it'),
  SLU1104: problem('info', 'An Ingress has neither rules nor a default backend', 'add spec.rules or spec.defaultBackend'),
  SLU1105: problem(
    'error',
    'An Ingress has a default backend, which is not allowed here',
    'remove spec.defaultBackend, or set watch.disableCatchAll to false',
  ),
  SLU1201: problem(
    'error',
    'A host is not valid',
    'use a lower-case DNS name such as shop.example.com, or *.example.com; no port, no IP address',
  ),
  SLU1202: problem('error', 'A path is not valid', 'start the path with / and leave out // and /./ and /../ and %2F'),
  SLU1203: problem('error', 'A pathType is not known', 'use Exact, Prefix or ImplementationSpecific'),
  SLU1204: problem('warning', 'An older rule has the same host and path', 'remove one of the two rules; the oldest Ingress keeps the path'),
  SLU1205: problem('warning', 'A backend names a resource', 'name a Service: resource backends are not served'),
  SLU1206: problem('error', 'A backend names nothing', 'name a Service and its port'),
  SLU1207: problem('warning', 'An older Ingress has the same role', 'remove spec.defaultBackend from one of the two'),
  SLU1208: problem(
    'info',
    'A path without its last slash is redirected',
    'nothing to do if wanted; write the path without the last slash to take both',
  ),
  SLU1209: problem(
    'error',
    'A path is not a usable regular expression',
    'correct the pattern; docs/annotations.md tells which parts of PCRE are supported',
  ),
  SLU1210: problem(
    'info',
    'A path matches as a regular expression',
    'give Ingresses with use-regex or rewrite-target a host of their own, or set pathSemantics to kubernetes',
  ),
  SLU1211: problem(
    'info',
    'A path with characters of regular expressions is compared literally',
    'set use-regex if it is meant as a pattern',
  ),
  SLU1212: problem(
    'error',
    'A field looks like an attack',
    'write a path, host or Secret name without directives of nginx and files of the system',
  ),
  SLU1301: problem('error', 'A Service does not exist', 'create the Service or correct the name; until then requests are answered 503'),
  SLU1302: problem(
    'error',
    'A Service has no such port',
    'name a port of the Service by number, name or targetPort; until then requests are answered 503',
  ),
  SLU1303: problem('warning', 'A Service has no ready endpoint', 'check that its Pods are ready; until then requests are answered 503'),
  SLU1304: problem(
    'info',
    'A Service has no EndpointSlice',
    'in a cluster they appear by themselves; until then requests are answered 503',
  ),
  SLU1305: problem('error', 'An external name is not allowed', 'use a DNS name that does not mean this machine'),
  SLU1306: problem('warning', 'An endpoint is not usable', 'correct the address; the other endpoints are used'),
  SLU1401: problem(
    'error',
    'A Secret does not exist',
    'create the Secret or correct the name; until then the default certificate is served',
  ),
  SLU1402: problem(
    'error',
    'A certificate cannot be used',
    'check tls.crt and tls.key of the Secret; until then what it held before is served, or the default certificate',
  ),
  SLU1403: problem(
    'error',
    'A certificate does not cover its host',
    'issue a certificate with the host among its names; until then the default certificate is served',
  ),
  SLU1404: problem('warning', 'A certificate has expired, soon will or is not valid yet', 'renew the certificate; it is served as it is'),
  SLU1405: problem('info', 'A TLS host has no rule', 'add a rule for the host: a host listed under tls alone is not served'),
  SLU1406: problem('warning', 'An older Ingress decides the certificate of the host', 'list the host under tls in one Ingress only'),
  SLU1501: problem(
    'warning',
    'An annotation is known and not supported yet',
    'see docs/annotations.md for what is; remove it or keep the behaviour in the application',
  ),
  SLU1502: problem(
    'error',
    'The annotations are too large',
    'keep all annotations of an object below 256 KiB, as the Kubernetes API demands',
  ),
  SLU1503: problem('warning', 'An annotation is not known', 'correct the name: docs/annotations.md lists all of them'),
  SLU1504: problem('warning', 'The value of an annotation is not valid', 'correct the value; docs/annotations.md tells its shape'),
  SLU1505: problem(
    'error',
    'The value of an annotation makes its Ingress invalid',
    'correct the value; docs/annotations.md tells its shape',
  ),
  SLU1506: problem('error', 'An annotation cannot be honoured, so its paths answer 503', 'correct the value, or create what it names'),
  SLU1507: problem('warning', 'An older Ingress decides this for the host', 'say it in one Ingress of the host only'),
  SLU1508: problem(
    'error',
    'A part of a snippet is not supported',
    'write it with annotations; docs/annotations.md lists what is understood',
  ),
  SLU1509: problem(
    'info',
    'An annotation or setting takes effect with a difference',
    'nothing to do if the difference does not matter to you',
  ),
  SLU1510: problem(
    'warning',
    'The backend cannot do what an annotation or setting asks for',
    'choose another backend; docs/annotations.md and docs/configmap.md compare them',
  ),
  SLU1521: problem(
    'warning',
    'A canary is not used',
    'give an Ingress without the canary annotation the same host, path and pathType, and keep one canary for each Service',
  ),
  SLU1522: problem('warning', 'A canary Ingress is served as an ordinary one', 'give the canary a Service of its own'),
  SLU1523: problem('warning', 'An older Ingress decides this for the Service', 'say it in the oldest Ingress that names the Service'),
  SLU1524: problem(
    'warning',
    'An annotation has no effect without another one',
    'add the annotation that the message names, or remove this one',
  ),
  SLU1525: problem('error', 'An annotation is not allowed by the settings', 'remove it, or change the settings in the ConfigMap'),
  SLU1511: problem('warning', 'An annotation or setting names something that does not exist', 'create the object or correct the name'),
  SLU1520: problem('error', 'An annotation is riskier than allowed', 'remove it, or raise annotationsRiskLevel'),
  SLU1512: problem('warning', 'The new version of an Ingress is not served', 'correct what the other message about it says'),
  SLU1601: problem(
    'warning',
    'A setting of the ConfigMap has no effect',
    'remove it, or say it by annotations or in the configuration file; docs/configmap.md lists all settings',
  ),
  SLU1602: problem('warning', 'A setting of the ConfigMap is not known', 'correct the name: docs/configmap.md lists all of them'),
  SLU1603: problem(
    'warning',
    'The value of a setting of the ConfigMap is not valid',
    'correct the value: docs/configmap.md and docs/annotations.md tell its shape',
  ),
  SLU1604: problem(
    'error',
    'A setting of the ConfigMap that keeps something out has no effect',
    'protect what it protects by other means, by annotations or in front of the controller, and remove it',
  ),
  SLU1605: problem('warning', 'The ConfigMap with settings does not exist', 'create it, or correct the option configMap (--configmap)'),
  SLU1701: problem(
    'error',
    'An entry of a ConfigMap of TCP or UDP services is not understood',
    'write PORT: NAMESPACE/SERVICE:PORT, with :PROXY or :PROXY:PROXY behind it for the PROXY protocol (docs/streams.md)',
  ),
  SLU1702: problem(
    'error',
    'A port of a TCP or UDP service cannot be listened on',
    'choose another port, or stop what uses it; all other ports are served, and one that is in use is tried again by itself',
    true,
  ),
  SLU1703: problem(
    'warning',
    'A TCP or UDP service leads nowhere',
    'check the Service, its port and that its Pods are ready; the port is not open until then',
  ),
  SLU1704: problem('warning', 'A part of a TCP or UDP service has no effect', 'remove what the message names'),
  SLU1705: problem(
    'warning',
    'The ConfigMap of TCP or UDP services does not exist',
    'create it, or correct the option tcpServices or udpServices (--tcp-services-configmap, --udp-services-configmap)',
  ),
  SLU1706: problem(
    'error',
    'The backend cannot serve a TCP or UDP port',
    'install what the message names, or choose another backend (docs/streams.md)',
  ),
  SLU1707: problem('info', 'A TCP or UDP service is served with a difference', 'nothing to do if the difference does not matter to you'),
  SLU2001: problem('error', 'The command line is not understood', 'see sluice --help'),
  SLU2002: problem('error', 'The configuration file cannot be read', 'check the path and the syntax'),
  SLU2003: problem('error', 'An option is not valid', 'see sluice config schema'),
  SLU2004: problem('error', 'A backend is not installed', 'choose one of the installed backends, or load the plugin that brings it'),
  SLU2101: problem('error', 'A plugin cannot be loaded', 'install the package and check that its default export comes from definePlugin'),
  SLU2102: problem('error', 'A plugin is there twice', 'list each plugin once'),
  SLU2103: problem('error', 'A plugin needs another version of the core', 'install versions that fit each other'),
  SLU2104: problem('error', 'A name is registered twice', 'leave out one of the two plugins'),
  SLU2105: problem('error', 'A token has no provider', 'add the plugin that provides it'),
  SLU2106: problem('error', 'Providers depend on each other in a circle', 'break the circle in one of the plugins'),
  SLU2107: problem('error', 'A step of the life cycle failed or took too long', 'see the message, and the log before it'),
  SLU3001: problem(
    'error',
    'An address cannot be listened on',
    'stop what uses the address, or choose another with --http, --https or --admin',
  ),
  SLU3002: problem('error', 'The data plane cannot be started', 'see the message, and what the proxy said in the log before it'),
  SLU3003: problem('error', 'The data plane refused the configuration', 'correct the object; the last good configuration keeps serving'),
  SLU3004: problem(
    'error',
    'The configuration cannot be written',
    'check the space and permissions of the data directory; the last good configuration keeps serving',
    true,
  ),
  SLU3005: problem('error', 'The data plane does not answer', 'see the log of the proxy; it is tried again by itself', true),
  SLU3006: problem(
    'info',
    'The data plane lacks a part that would serve better',
    'install the part that the message names, or do nothing if the difference does not matter to you',
  ),
  SLU3007: problem(
    'info',
    'The backend serves every request with a difference',
    "nothing to do if the difference does not matter to you; the backend's page in docs/ lists rarer ones",
  ),
  SLU4001: problem('error', 'A step of the reconcile loop failed', 'see the cause; it is tried again by itself', true),
  SLU4002: problem(
    'error',
    'An object was set aside',
    'correct the object: the data plane refused it; its last good form stays in use where there is one',
  ),
} as const);

/** A code of the problem table. */
export type ProblemCode = keyof typeof problems;

const brand = Symbol.for('sluice.error');

/**
 * A failure with a code of the problem table. Test for it with `isSluiceError`, which also knows errors of another copy of
 * this package; never with `instanceof`.
 */
export class SluiceError extends Error {
  readonly [brand] = true;
  readonly code: ProblemCode;

  constructor(code: ProblemCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SluiceError';
    this.code = code;
  }

  get retryable(): boolean {
    return problems[this.code].retryable;
  }

  get help(): string {
    return problems[this.code].help;
  }
}

export function isSluiceError(error: unknown): error is SluiceError {
  return typeof error === 'object' && error !== null && brand in error;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
