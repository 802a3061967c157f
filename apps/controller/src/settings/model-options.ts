import { defaultModelOptions } from '@sluice/core';
import type { ModelOptions } from '@sluice/core';
import type { BaseSettings } from './settings-schema.ts';

/** What the settings say about reading objects. */
export function modelOptions({ watch, listen, ...base }: BaseSettings): ModelOptions {
  const { ingressClass, controllerClass, watchIngressWithoutClass, ingressClassByName, disableCatchAll, disableExternalName } = watch;
  const { pathSemantics, annotationsRiskLevel, defaultBackendService, defaultCertificate, configMap, tcpServices, udpServices } = base;
  const own = [...listen.http, ...listen.https, ...(listen.admin === undefined ? [] : [listen.admin])].map(portOf);
  return {
    ingressClass,
    controllerClass,
    watchIngressWithoutClass,
    ingressClassByName,
    disableCatchAll,
    disableExternalName,
    pathSemantics,
    annotationsRiskLevel,
    defaultBackendService,
    defaultCertificate,
    configMap,
    tcpServices,
    udpServices,
    reservedPorts: [...new Set([...defaultModelOptions.reservedPorts, ...own])],
  };
}

/** What is no address is told where it is listened on. */
function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}
