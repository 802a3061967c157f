import { expect, test } from 'vitest';
import { TemporaryFolder } from '../temporary-folder.ts';
import { certManager, certManagerVersion } from './cert-manager-program.ts';

test('what was built counts; without it the suite is told what is missing', () => {
  const folder = new TemporaryFolder();
  try {
    const environment = { XDG_CACHE_HOME: folder.path };
    expect(certManager(environment)).toEqual({ missing: 'cert-manager is not built', install: expect.stringContaining('Go') });
    folder.write(`sluice/cert-manager-${certManagerVersion()}/cert-manager`, '');
    expect(certManager(environment)).toBe(folder.at('sluice', `cert-manager-${certManagerVersion()}`));
  } finally {
    folder.remove();
  }
});
