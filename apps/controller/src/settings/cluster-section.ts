import type { clusterOptions } from '@sluice/watchers/kubernetes';
import type { z } from 'zod';
import type { BaseSettings } from './settings-schema.ts';

/** What the plugin of the cluster gets: its own section, and what is read although no Ingress names it: default certificate, settings, TCP and UDP services. */
export function clusterSection(base: BaseSettings): z.input<typeof clusterOptions> {
  const { defaultCertificate, configMap, tcpServices, udpServices, watch } = base;
  const configMaps = [configMap, tcpServices, udpServices].filter((name) => name !== '');
  const cluster = watch.kubernetes;
  return {
    ...cluster,
    ...(defaultCertificate !== '' && { alsoSecrets: [...(cluster?.alsoSecrets ?? []), defaultCertificate] }),
    ...(configMaps.length > 0 && { alsoConfigMaps: [...(cluster?.alsoConfigMaps ?? []), ...configMaps] }),
  };
}
