import { X509Certificate } from 'node:crypto';
import { readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError, messageOf } from '../../errors.ts';
import { createDefaultCertificate } from '../default-certificate.ts';

const RENEW_BEFORE_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Makes sure that `tls.crt` and `tls.key` in the folder are a certificate for names without one that is valid for a month at
 * least. Key and certificate are one file under two names, so that they never are of different pairs. Throws `SLU3004`.
 */
export async function ensureDefaultCertificate(folder: string): Promise<void> {
  const path = join(folder, 'tls.pem');
  if (await isValid(path)) return;
  const { chain, privateKey } = await createDefaultCertificate();
  try {
    const draft = join(folder, `.tmp-${process.pid}`);
    await rm(draft, { force: true });
    await writeFile(draft, `${chain.trimEnd()}\n${privateKey.reveal()}`, { mode: 0o600, flag: 'wx', flush: true });
    await rename(draft, path);
    for (const name of ['tls.crt', 'tls.key']) {
      await rm(join(folder, name), { force: true });
      await symlink('tls.pem', join(folder, name));
    }
  } catch (error) {
    throw new SluiceError('SLU3004', `cannot write the default certificate to ${folder}: ${messageOf(error)}`, { cause: error });
  }
}

async function isValid(path: string): Promise<boolean> {
  try {
    const { validToDate, validFromDate } = new X509Certificate(await readFile(path));
    return validToDate.getTime() > Date.now() + RENEW_BEFORE_MS && validFromDate.getTime() <= Date.now();
  } catch {
    return false;
  }
}
