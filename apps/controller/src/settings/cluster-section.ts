import type { clusterOptions } from '@sluice/watchers/kubernetes';
import type { z } from 'zod';
import type { BaseSettings } from './settings-schema.ts';

/** What the plugin of the cluster gets: its own section, and what is read although no Ingress names it: default certificate and settings. */
export function clusterSection(base: BaseSettings): z.input<typeof clusterOptions> {
  const { defaultCertificate, configMap, watch } = base;
  const cluster = watch.kubernetes;
  return {
    ...cluster,
    ...(defaultCertificate !== '' && { alsoSecrets: [...(cluster?.alsoSecrets ?? []), defaultCertificate] }),
    ...(configMap !== '' && { alsoConfigMaps: [...(cluster?.alsoConfigMaps ?? []), configMap] }),
  };
}
