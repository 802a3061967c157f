import { z } from 'zod';

const durationMs = z.number().int().min(100).max(3_600_000);

const status = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Write status.loadBalancer of the Ingresses that are served.'),
    publishService: z
      .string()
      .regex(/^(?:[^/]+\/[^/]+)?$/, 'not namespace/name')
      .default('')
      .describe('NAMESPACE/NAME of the Service whose addresses are written.'),
    addresses: z.array(z.string().min(1)).default([]).describe('Addresses or names to write in place of those of the Service.'),
    nodeAddresses: z
      .enum(['external', 'internal'])
      .default('external')
      .describe('Which addresses of nodes are written when there is neither a Service nor a list.'),
    clearOnShutdown: z.boolean().default(true).describe('Take the addresses back when the last replica stops.'),
    takeOver: z.boolean().default(false).describe('Replace addresses that another controller has written.'),
  })
  .prefault({});

const election = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Several replicas: one of them writes status and Events.'),
    id: z.string().min(1).default('sluice-leader').describe('Name of the Lease.'),
    namespace: z.string().optional().describe('Namespace of the Lease: by default that of the pod, or default outside a cluster.'),
    leaseMs: durationMs.default(30_000).describe('After so long without a sign of the leader another replica takes over.'),
    renewMs: durationMs.default(15_000).describe('A leader that could not renew for so long stops to be one.'),
    retryMs: durationMs.default(5000).describe('Between two tries.'),
  })
  .prefault({});

/** Options of the cluster as a source of objects: `watch.kubernetes` of the configuration file. */
export const clusterOptions = z.strictObject({
  kubeconfig: z
    .string()
    .min(1)
    .optional()
    .describe('File that says how to reach the cluster; in a pod its service account, else KUBECONFIG or ~/.kube/config.'),
  context: z.string().min(1).optional().describe('Context of the kubeconfig; its current one by default.'),
  server: z.string().min(1).optional().describe('URL of the API server in place of that of the kubeconfig.'),
  caFile: z.string().min(1).optional().describe('File with the authorities of the API server in place of those of the kubeconfig.'),
  namespaces: z.array(z.string().min(1)).default([]).describe('Namespaces to watch; all of them by default.'),
  namespaceSelector: z.string().default('').describe('Label selector: namespaces that match are watched.'),
  ingressSelector: z.string().default('').describe('Label selector: Ingresses that match are watched.'),
  secrets: z
    .enum(['referenced', 'all'])
    .default('referenced')
    .describe('`referenced` reads the Secrets that an Ingress names, `all` every one.'),
  alsoSecrets: z
    .array(z.string().regex(/^[^/]+\/[^/]+$/, 'not namespace/name'))
    .default([])
    .describe('NAMESPACE/NAME of Secrets that are read although no Ingress names them, whatever is watched.'),
  alsoConfigMaps: z
    .array(z.string().regex(/^[^/]+\/[^/]+$/, 'not namespace/name'))
    .default([])
    .describe('NAMESPACE/NAME of ConfigMaps that are read although no Ingress names them, whatever is watched.'),
  status,
  events: z
    .strictObject({ enabled: z.boolean().default(true).describe('Write Events about the errors that Ingresses have.') })
    .prefault({}),
  election,
});

export type ClusterOptions = z.output<typeof clusterOptions>;
