import type { Plugin } from '@sluice/core';
import { clusterOptions } from '@sluice/watchers/kubernetes';
import { z } from 'zod';

const addresses = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

const namespacedName = z
  .string()
  .regex(/^(?:[^/]+\/[^/]+)?$/, 'not NAMESPACE/NAME')
  .default('');

const base = {
  backend: z.string().default('node').describe('Name of the backend that serves.'),
  watch: z
    .strictObject({
      directory: z.strictObject({ path: z.string().min(1).describe('Directory of manifests.') }).optional(),
      kubernetes: clusterOptions.optional().describe('The cluster to watch; without a directory of manifests the cluster at hand.'),
      ingressClass: z
        .string()
        .default('nginx')
        .describe('Value of the annotation kubernetes.io/ingress.class, and the class name accepted without its object.'),
      controllerClass: z.string().default('k8s.io/ingress-nginx').describe('spec.controller of the IngressClass objects that are served.'),
      watchIngressWithoutClass: z.boolean().default(false).describe('Serve Ingresses without any class.'),
      ingressClassByName: z
        .boolean()
        .default(false)
        .describe('Serve the IngressClass that is called like ingressClass as well, whatever its controller.'),
      disableCatchAll: z.boolean().default(false).describe('Serve no Ingress that has spec.defaultBackend.'),
      disableExternalName: z.boolean().default(false).describe('Services of type ExternalName have no endpoint.'),
    })
    .prefault({}),
  pathSemantics: z
    .enum(['ingress-nginx', 'kubernetes'])
    .default('ingress-nginx')
    .describe('How paths are read: with the quirks of ingress-nginx, or by the text of the Ingress API.'),
  annotationsRiskLevel: z
    .enum(['Low', 'Medium', 'High', 'Critical'])
    .default('Critical')
    .describe('An Ingress with an annotation of a higher risk is not served; ingress-nginx has High, which leaves out snippets.'),
  defaultBackendService: namespacedName.describe('NAMESPACE/NAME of the Service that gets what no rule takes, on its first port.'),
  configMap: namespacedName.describe(
    'NAMESPACE/NAME of the ConfigMap with settings for all Ingresses, as ingress-nginx has it (docs/configmap.md).',
  ),
  tcpServices: namespacedName.describe(
    'NAMESPACE/NAME of the ConfigMap of ports and the Services that their TCP connections go to, as ingress-nginx has it (docs/streams.md).',
  ),
  udpServices: namespacedName.describe('NAMESPACE/NAME of the same for UDP.'),
  defaultCertificate: namespacedName.describe('NAMESPACE/NAME of the Secret with the certificate for hosts that have none.'),
  listen: z
    .strictObject({
      http: addresses.default([':80']).describe('HOST:PORT or :PORT for plain HTTP.'),
      https: addresses.default([':443']).describe('HOST:PORT or :PORT for HTTPS.'),
      admin: z.string().optional().describe('Address of the admin server; :10254 in a cluster, 127.0.0.1:10254 outside.'),
    })
    .prefault({}),
  shutdownGraceMs: z
    .number()
    .int()
    .min(0)
    .max(3_600_000)
    .default(0)
    .describe('How long a controller that is told to stop serves on, not ready any more, before it drains its connections.'),
  data: z.string().default('/var/lib/sluice').describe('Folder for generated files, sockets and the last good generation.'),
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
      format: z.enum(['json', 'pretty']).default('json'),
    })
    .prefault({}),
  plugins: z.array(z.string()).default([]).describe('Packages or files to load besides the built-in plugins.'),
};

/** The settings that every controller has. */
export const baseSettings = z.strictObject(base);
export type BaseSettings = z.output<typeof baseSettings>;

/** Plugins that have their section under `watch`. */
const SOURCES: ReadonlySet<string> = new Set(['directory', 'kubernetes']);

/** Settings with a section for each plugin under its name; sources have theirs under `watch`. */
export function settingsSchema(plugins: readonly Plugin[]): z.ZodObject {
  const sections = plugins
    .filter(({ pluginName }) => !SOURCES.has(pluginName))
    .map(({ pluginName, schema }) => [pluginName, schema.prefault({}).describe(`Options of the plugin ${pluginName}.`)] as const);
  return z.strictObject({ ...base, ...Object.fromEntries(sections) });
}
