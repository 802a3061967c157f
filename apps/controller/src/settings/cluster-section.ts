import type { clusterOptions } from '@sluice/watchers/kubernetes';
import type { z } from 'zod';
import type { BaseSettings } from './settings-schema.ts';

/** What the plugin of the cluster gets: its own section, and the default certificate, which no Ingress names, as a Secret to read. */
export function clusterSection({ defaultCertificate, watch: { kubernetes: cluster } }: BaseSettings): z.input<typeof clusterOptions> {
  if (defaultCertificate === '') return { ...cluster };
  return { ...cluster, alsoSecrets: [...(cluster?.alsoSecrets ?? []), defaultCertificate] };
}
