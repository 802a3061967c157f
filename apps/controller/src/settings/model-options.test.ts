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
    tcpServices: 'g/h',
    udpServices: 'i/j',
  };
  const listen = { http: '127.0.0.1:8080', https: [':8443'], admin: ':9000' };
  const reservedPorts = [...defaultModelOptions.reservedPorts, 8080, 8443, 9000];
  expect(modelOptions((await loadSettings({}, {}, { watch, listen, ...rest })).base)).toEqual({ ...watch, ...rest, reservedPorts });
});

test.each(['defaultBackendService', 'defaultCertificate', 'configMap', 'tcpServices', 'udpServices'])(
  '%s is a namespace and a name',
  async (setting) => {
    await expect(loadSettings({}, {}, { [setting]: 'web' })).rejects.toMatchObject({ message: expect.stringContaining(setting) });
  },
);
