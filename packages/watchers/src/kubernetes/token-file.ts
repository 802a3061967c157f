import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { load } from 'js-yaml';
import { z } from 'zod';

const users = z.object({
  users: z.array(z.object({ name: z.string(), user: z.object({ tokenFile: z.string().optional() }).nullish() })).nullish(),
});

/** The `tokenFile` of a user in kubeconfig files, which the library does not know; the first file that has the user decides. */
export function tokenFileOf(user: string, kubeconfigs: readonly string[]): string | undefined {
  for (const path of kubeconfigs) {
    const found = usersIn(path).find(({ name }) => name === user);
    if (found === undefined) continue;
    const file = found.user?.tokenFile;
    return file === undefined || isAbsolute(file) ? file : join(dirname(path), file);
  }
  return undefined;
}

/** None in a file that cannot be read: the library says what is wrong with it. */
function usersIn(
  path: string,
): readonly { readonly name: string; readonly user?: { readonly tokenFile?: string | undefined } | null | undefined }[] {
  try {
    return users.parse(load(readFileSync(path, 'utf8'))).users ?? [];
  } catch {
    return [];
  }
}
