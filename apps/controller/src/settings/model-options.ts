import type { ModelOptions } from '@sluice/core';
import type { BaseSettings } from './settings-schema.ts';

/** What the settings say about reading objects. */
export function modelOptions({ watch, ...base }: BaseSettings): ModelOptions {
  const { ingressClass, controllerClass, watchIngressWithoutClass, ingressClassByName, disableCatchAll, disableExternalName } = watch;
  const { pathSemantics, annotationsRiskLevel, defaultBackendService, defaultCertificate, configMap } = base;
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
  };
}
