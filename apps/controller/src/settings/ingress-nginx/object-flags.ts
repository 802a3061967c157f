import { honoured, ignored, refused, same } from './flag.ts';
import type { Flag } from './flag.ts';

const PREFIX = 'nginx.ingress.kubernetes.io';

const streams =
  'Entries that cannot be served are left out and reported on the ConfigMap (docs/streams.md). Its namespace must be watched.';

/** Which objects are served, and what is read of them. */
export const objectFlags: readonly Flag[] = [
  honoured(['ingress-class', 'string', 'nginx'], { 'watch.ingressClass': same }),
  honoured(['ingress-class-by-name', 'bool', 'false'], { 'watch.ingressClassByName': same }),
  honoured(['controller-class', 'string', 'k8s.io/ingress-nginx'], { 'watch.controllerClass': same }),
  honoured(['watch-ingress-without-class', 'bool', 'false'], { 'watch.watchIngressWithoutClass': same }),
  honoured(
    ['watch-namespace', 'string'],
    {
      'watch.kubernetes.namespaces': (value) => (value === '' ? [] : [value]),
      // A selector of the file would decide otherwise.
      'watch.kubernetes.namespaceSelector': (value) => (value === '' ? undefined : ''),
    },
    { excludes: 'watch-namespace-selector', note: 'Without a value every namespace is watched. One that does not exist is waited for.' },
  ),
  honoured(['watch-namespace-selector', 'string'], { 'watch.kubernetes.namespaceSelector': same }, { excludes: 'watch-namespace' }),
  honoured(['disable-catch-all', 'bool', 'false'], { 'watch.disableCatchAll': same }, { note: 'Such Ingresses are told by `SLU1105`.' }),
  honoured(['disable-svc-external-name', 'bool', 'false'], { 'watch.disableExternalName': same }),
  honoured(
    ['default-backend-service', 'string'],
    { defaultBackendService: same },
    { note: 'A Service that is missing or has no endpoint is told and a built-in 404 answers; the start does not fail.' },
  ),
  ignored(['deep-inspect', 'bool', 'true'], 'Ingresses that look like an attack are never served (SLU1212)', true),
  refused(
    ['enable-annotation-validation', 'bool', 'true'],
    'values of annotations are always checked: leave the flag out and correct what sluice check reports',
    true,
  ),
  refused(
    ['annotations-prefix', 'string', PREFIX],
    `rename the annotations: the prefix is ${PREFIX} here, and others are not read`,
    PREFIX,
  ),
  honoured(
    ['configmap', 'string'],
    { configMap: same },
    { note: 'Settings without effect here are reported on the ConfigMap (docs/configmap.md).' },
  ),
  honoured(['tcp-services-configmap', 'string'], { tcpServices: same }, { note: streams }),
  honoured(['udp-services-configmap', 'string'], { udpServices: same }, { note: streams }),
  ignored(['enable-topology-aware-routing', 'bool', 'false'], 'endpoints of all zones are used', false),
];
