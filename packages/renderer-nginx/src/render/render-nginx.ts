import { createHash } from 'node:crypto';
import type { Artifact, ArtifactFile } from '@sluice/core';
import { KeyMaterial } from '@sluice/core';
import type { Directive } from './directive.ts';
import type { NginxTree, SharedServer, StreamTree } from './nginx-tree.ts';
import type { Chunk, GeneratedFile, NginxTable } from './nginx-table.ts';
import { print } from './print.ts';

const printed = new WeakMap<Directive, Chunk>();
/** Other chunks, by what is in them. */
const printedLists = new WeakMap<readonly Directive[], Chunk>();
const printedShared = new WeakMap<SharedServer, readonly Chunk[]>();

/** Prints a tree. A server that is the same object as last time is not printed again. */
export function renderNginx(tree: NginxTree): Artifact {
  const { live } = tree;
  const files: readonly GeneratedFile[] =
    tree.plans === '' ? tree.files : [...tree.files, { path: 'plans', content: tree.plans, binary: true, readers: 'master' }];
  const body = chunksOf(tree);
  const digest = digestOf(body, files);
  const control = chunk('the control socket', tree.control(digest), { depth: 1, optional: false });
  const chunks = [...body.slice(0, -1), control, ...body.slice(-1)];
  const table: NginxTable = { chunks, files, digest, live };
  const whole = createHash('sha256')
    .update(digest)
    .update(live?.digest ?? '')
    .digest('hex');
  return { digest: whole, table, files: () => printable(table) };
}

/** Everything but the control server; the last one closes the http block. */
function chunksOf(tree: NginxTree): readonly Chunk[] {
  const open = { text: 'http {\n', origins: [undefined] };
  return [
    ...modulesOf(tree.streams),
    chunk('the main settings', tree.main, { depth: 0, optional: false }),
    ...streamChunks(tree.streams),
    { label: 'the http block', ...open, digest: digestOfText(open.text), optional: false },
    chunk('the settings of all hosts', tree.http, { depth: 1, optional: false }),
    ...tree.shared.map(([name, directives]) =>
      known(printedLists, directives, () => chunk(name, directives, { depth: 1, optional: false })),
    ),
    ...tree.maps.map(([name, directives]) =>
      known(printedLists, directives, (): Chunk => ({ ...chunk(name, directives, { depth: 1, optional: false }), derived: true })),
    ),
    ...tree.hosts.flatMap((one) =>
      one.kind === 'host' ? [hostChunk(one.name, [one.server], 1)] : known(printedShared, one, () => sharedChunks(one)),
    ),
    { label: 'the end', text: '}\n', origins: [undefined], digest: digestOfText('}\n'), optional: false },
  ];
}

/** Nothing but the stream block needs them. */
function modulesOf(streams: StreamTree | undefined): readonly Chunk[] {
  if (streams === undefined || streams.modules.length === 0) return [];
  return [{ ...chunk('the modules for TCP and UDP', streams.modules, { depth: 0, optional: false }), derived: true }];
}

/** A chunk for each port, so that one can be told, and left out. */
function streamChunks(streams: StreamTree | undefined): readonly Chunk[] {
  if (streams === undefined) return [];
  const frame = (label: string, text: string): Chunk => ({
    label,
    text,
    origins: [undefined],
    digest: digestOfText(text),
    optional: false,
    derived: true,
  });
  return [
    frame('the stream block', 'stream {\n'),
    { ...chunk('the settings of TCP and UDP ports', streams.settings, { depth: 1, optional: false }), derived: true },
    ...streams.ports.map(([name, directives]) => chunk(name, directives, { depth: 1, optional: true })),
    frame('the end of the stream block', '}\n'),
  ];
}

function hostChunk(name: string, [first, ...more]: readonly Directive[], depth: number): Chunk {
  const make = (directives: readonly Directive[]): Chunk => chunk(`host ${name}`, directives, { depth, optional: name !== '*' });
  return first === undefined ? make([]) : known(printed, first, () => make([first, ...more]));
}

/** What was made of a node before, or is made now. */
function known<Node extends object, Made>(cache: WeakMap<Node, Made>, node: Node, make: () => Made): Made {
  let made = cache.get(node);
  if (made === undefined) cache.set(node, (made = make()));
  return made;
}

/** A chunk for each host, so that one can be told, and left out, as if it had a server of its own. */
function sharedChunks({ key, listeners, hosts, body }: SharedServer): readonly Chunk[] {
  const open = framed(`the listeners of hosts alike ${key}`, listeners, ['  server {\n', '']);
  const close = framed(`the locations of hosts alike ${key}`, body, ['', '  }\n']);
  return [open, ...hosts.map(({ name, names }) => hostChunk(name, names, 2)), close].map((one) => ({ ...one, group: key }));
}

function framed(label: string, directives: readonly Directive[], [before, after]: readonly [string, string]): Chunk {
  const { text, origins } = print(directives, 2);
  const whole = before + text + after;
  const around = (frame: string): undefined[] => (frame === '' ? [] : [undefined]);
  return { label, text: whole, origins: [...around(before), ...origins, ...around(after)], digest: digestOfText(whole), optional: false };
}

function chunk(label: string, directives: readonly Directive[], { depth, optional }: { depth: number; optional: boolean }): Chunk {
  const { text, origins } = print(directives, depth);
  return { label, text, origins, digest: digestOfText(text), optional };
}

function digestOf(chunks: readonly Chunk[], files: readonly GeneratedFile[]): string {
  const hash = createHash('sha256');
  for (const { digest } of chunks) hash.update(digest);
  for (const { path, content } of files)
    hash.update(`${path}\0${content instanceof KeyMaterial ? content.fingerprint : digestOfText(content)}\0`);
  return hash.digest('hex');
}

function digestOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** For people: no key material, and no table of endpoints twice. */
function printable({ chunks, files, live }: NginxTable): readonly ArtifactFile[] {
  return [
    { path: 'nginx.conf', content: Buffer.from(chunks.map(({ text }) => text).join(''), 'latin1').toString('utf8') },
    ...files.map(({ path, content }) => ({ path, content: content instanceof KeyMaterial ? `${String(content)}\n` : content })),
    ...(live === undefined ? [] : [{ path: 'live.json', content: `${JSON.stringify(live, undefined, 2)}\n` }]),
  ];
}
