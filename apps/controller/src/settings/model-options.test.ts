import { defaultModelOptions } from '@sluice/core';
import { expect, test } from 'vitest';
import { loadSettings } from './load-settings.ts';
import { modelOptions } from './model-options.ts';

test('the standard of the settings is that of the model', async () => {
  expect(modelOptions((await loadSettings({}, {})).base)).toEqual(defaultModelOptions);
});

test('every option of the model is a setting', async () => {
  const watch = {
    ingressClass: 'a',
    controllerClass: 'b',
    watchIngressWithoutClass: true,
    ingressClassByName: true,
    disableCatchAll: true,
    disableExternalName: true,
  };
  const rest = {
    pathSemantics: 'kubernetes',
    annotationsRiskLevel: 'Low',
    defaultBackendService: 'a/b',
    defaultCertificate: 'c/d',
    configMap: 'e/f',
  };
  expect(modelOptions((await loadSettings({}, {}, { watch, ...rest })).base)).toEqual({ ...watch, ...rest });
});

test.each(['defaultBackendService', 'defaultCertificate', 'configMap'])('%s is a namespace and a name', async (setting) => {
  await expect(loadSettings({}, {}, { [setting]: 'web' })).rejects.toMatchObject({ message: expect.stringContaining(setting) });
});
