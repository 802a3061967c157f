import type { ModelOptions } from '@sluice/core';
import type { BaseSettings } from './settings-schema.ts';

/** What the settings say about reading objects. */
export function modelOptions({ watch, pathSemantics, annotationsRiskLevel }: BaseSettings): ModelOptions {
  const { ingressClass, controllerClass, watchIngressWithoutClass } = watch;
  return { ingressClass, controllerClass, watchIngressWithoutClass, pathSemantics, annotationsRiskLevel };
}
