import { honoured, ignored, negated, same, sameUnlessEmpty } from './flag.ts';
import type { Flag, FlagValue, Setter } from './flag.ts';

const STANDARD_TTL_MS = 30_000;

/** A part of the duration of the lease; of zero and less ingress-nginx makes 30 seconds. */
function ofTtl(divisor: number): Setter {
  return (ttlMs) => Math.round((Number(ttlMs) > 0 ? Number(ttlMs) : STANDARD_TTL_MS) / divisor);
}

/** Without an election ingress-nginx writes no status. */
const writesStatus: Setter = (_value, given) => given.get('update-status') !== false && given.get('disable-leader-election') !== true;

function listOf(value: FlagValue): readonly string[] {
  return String(value)
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** How the cluster is reached, what it is told, and by which replica. */
export const clusterFlags: readonly Flag[] = [
  honoured(
    ['apiserver-host', 'string'],
    { 'watch.kubernetes.server': sameUnlessEmpty },
    { note: 'In place of the URL of the kubeconfig or of the service account, whose credentials are still needed.' },
  ),
  honoured(
    ['certificate-authority', 'path'],
    { 'watch.kubernetes.caFile': (file, given) => ((given.get('apiserver-host') ?? '') === '' || file === '' ? undefined : file) },
    { note: 'Only together with `--apiserver-host`, as in ingress-nginx.' },
  ),
  honoured(['kubeconfig', 'path'], { 'watch.kubernetes.kubeconfig': sameUnlessEmpty }),
  honoured(
    ['publish-service', 'string'],
    {
      'watch.kubernetes.status.publishService': same,
      // A list of the file would decide otherwise.
      'watch.kubernetes.status.addresses': (value) => (value === '' ? undefined : []),
    },
    { excludes: 'publish-status-address' },
  ),
  honoured(['publish-status-address', 'string'], { 'watch.kubernetes.status.addresses': listOf }, { excludes: 'publish-service' }),
  honoured(['report-node-internal-ip-address', 'bool', 'false'], {
    'watch.kubernetes.status.nodeAddresses': (internal) => (internal === true ? 'internal' : 'external'),
  }),
  honoured(['update-status', 'bool', 'true'], { 'watch.kubernetes.status.enabled': writesStatus }),
  honoured(['update-status-on-shutdown', 'bool', 'true'], { 'watch.kubernetes.status.clearOnShutdown': same }),
  honoured(
    ['election-id', 'string', 'ingress-controller-leader'],
    { 'watch.kubernetes.election.id': sameUnlessEmpty },
    { note: 'While an ingress-nginx runs with the same name, only one of the two writes status.' },
  ),
  honoured(
    ['election-ttl', 'duration', '30s'],
    {
      'watch.kubernetes.election.leaseMs': ofTtl(1),
      'watch.kubernetes.election.renewMs': ofTtl(2),
      'watch.kubernetes.election.retryMs': ofTtl(4),
    },
    { note: 'Renewed after half of it, tried again after a quarter.' },
  ),
  honoured(
    ['disable-leader-election', 'bool', 'false'],
    {
      'watch.kubernetes.election.enabled': negated,
      'watch.kubernetes.status.enabled': (disabled, given) => (disabled === true ? writesStatus(disabled, given) : undefined),
    },
    { note: 'Then no status is written, as in ingress-nginx.' },
  ),
  honoured(
    ['disable-sync-events', 'bool', 'false'],
    { 'watch.kubernetes.events.enabled': negated },
    { note: 'Events tell of errors; there are none about an Ingress that is in order.' },
  ),
  ignored(['status-update-interval', 'int', '60'], 'the status follows a change at once, and addresses are looked up once a minute', 60),
  ignored(['sync-period', 'duration', '0s'], 'watches are resumed and nothing is read again without need', 0),
  ignored(['sync-rate-limit', 'float', '0.3'], 'changes that come within half a second are served together, without a limit'),
  ignored(['dynamic-configuration-retries', 'int', '15'], 'what fails is tried again until it succeeds'),
  honoured(
    ['shutdown-grace-period', 'int', '0'],
    { shutdownGraceMs: (seconds) => Math.max(0, Number(seconds)) * 1000 },
    { note: 'Meanwhile `/readyz` answers 503 and requests are served; a second SIGTERM ends it.' },
  ),
  ignored(['post-shutdown-grace-period', 'int', '10'], 'the program ends when its connections have, or after half a minute'),
];
