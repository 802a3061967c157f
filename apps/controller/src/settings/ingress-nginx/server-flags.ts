import { honoured, ignored, refused, same } from './flag.ts';
import type { Flag, GivenFlags, Setter } from './flag.ts';

const STANDARD_ADMIN_PORT = 10_254;

const listenOn: Setter = (port) => [`:${String(port)}`];

/** The address of the admin server, of both of its flags. */
const adminAddress = (_value: unknown, given: GivenFlags): string => {
  const host = String(given.get('healthz-host') ?? '');
  return `${host.includes(':') ? `[${host}]` : host}:${String(given.get('healthz-port') ?? STANDARD_ADMIN_PORT)}`;
};

const NO_WEBHOOK =
  'there is no admission webhook: delete the ValidatingWebhookConfiguration, which would hold up every change of an Ingress, run sluice check before, and leave the flag out';
const NO_SUCH_PORT = 'there is no such port';

/** Where the program listens, TLS, and the webhook. */
export const serverFlags: readonly Flag[] = [
  honoured(['http-port', 'int', '80'], { 'listen.http': listenOn }, { note: '`--http` says it with an address, and decides.' }),
  honoured(['https-port', 'int', '443'], { 'listen.https': listenOn }, { note: '`--https` says it with an address, and decides.' }),
  honoured(['healthz-port', 'int', '10254'], { 'listen.admin': adminAddress }, { note: '`--admin` says it with an address, and decides.' }),
  honoured(['healthz-host', 'string'], { 'listen.admin': adminAddress }, { note: 'Without a value every address.' }),
  refused(['health-check-path', 'string', '/healthz'], 'health is answered at /healthz: change the path of the probes', '/healthz'),
  ignored(['health-check-timeout', 'int', '10'], 'it has no effect in ingress-nginx either'),
  ignored(['default-server-port', 'int', '8181'], NO_SUCH_PORT),
  ignored(['status-port', 'int', '10246'], NO_SUCH_PORT),
  ignored(['stream-port', 'int', '10247'], NO_SUCH_PORT),
  ignored(['internal-logger-address', 'string', '127.0.0.1:11514'], 'there is no syslog receiver; logs go to stderr and stdout'),
  ignored(['ssl-passthrough-proxy-port', 'int', '442'], NO_SUCH_PORT),
  refused(
    ['enable-ssl-passthrough', 'bool', 'false'],
    'TLS is always ended here, so that what is meant for the Pods alone would be opened: give these hosts a Service of type LoadBalancer',
    false,
  ),
  honoured(
    ['default-ssl-certificate', 'string'],
    { defaultCertificate: same },
    {
      note: 'A Secret that is missing is told. Clients that ask for a name of no Ingress are shown it by nginx without Lua, a self-signed one by other backends.',
    },
  ),
  ignored(
    ['enable-ssl-chain-completion', 'bool', 'false'],
    'chains are served as they are: put the intermediate certificates into tls.crt',
    false,
  ),
  refused(['validating-webhook', 'string'], NO_WEBHOOK, ''),
  refused(['validating-webhook-certificate', 'path'], NO_WEBHOOK, ''),
  refused(['validating-webhook-key', 'path'], NO_WEBHOOK, ''),
  ignored(['disable-full-test', 'bool', 'false'], 'there is no admission webhook', false),
  honoured(['version', 'bool', 'false'], {}, { note: 'Prints the version and ends.' }),
];
