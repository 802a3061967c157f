import { shortened } from '@sluice/core';
import { liveChanges } from '../translate/live-table.ts';
import type { GeneratedFile, NginxTable } from '../render/nginx-table.ts';

/** What differs between two tables, by the labels of their chunks: why nginx has to read its configuration again. */
export function changeReasons(before: NginxTable | undefined, after: NginxTable): readonly string[] {
  if (before === undefined) return ['first configuration'];
  const chunks = differences(digests(before), digests(after), (label) => label);
  // Most files are named after what is in them: they come and go with the chunks that name them.
  const files = chunks.length > 0 ? [] : differences(contents(before.files), contents(after.files), (path) => `file ${path}`);
  const reasons = [...chunks, ...files];
  return reasons.length === 0 ? ['the Lua of Sluice changed'] : shortened(reasons);
}

/** What differs between two tables in what workers get without a reload. */
export function liveReasons(before: NginxTable | undefined, { live }: NginxTable): readonly string[] {
  return before === undefined || live === undefined ? [] : liveChanges(before.live, live);
}

type Named = ReadonlyMap<string, string>;

function differences(before: Named, after: Named, show: (name: string) => string): readonly string[] {
  const reasons: string[] = [];
  for (const [name, digest] of after) {
    const old = before.get(name);
    if (old !== digest) reasons.push(`${show(name)} ${old === undefined ? 'added' : 'changed'}`);
  }
  for (const name of before.keys()) if (!after.has(name)) reasons.push(`${show(name)} removed`);
  return reasons;
}

/** What names the digest of the whole differs whenever anything does. */
function digests({ chunks, digest: whole }: NginxTable): Named {
  return new Map(
    chunks.filter(({ text, derived }) => derived === undefined && !text.includes(whole)).map(({ label, digest }) => [label, digest]),
  );
}

function contents(files: readonly GeneratedFile[]): Named {
  return new Map(files.map(({ path, content }) => [path, typeof content === 'string' ? content : content.fingerprint]));
}
