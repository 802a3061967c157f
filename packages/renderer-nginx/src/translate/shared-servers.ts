import { createHash } from 'node:crypto';
import type { VirtualHost } from '@sluice/core';
import { block, directive, literal, variable } from '../render/directive.ts';
import type { Argument, Directive } from '../render/directive.ts';
import type { HostServer, SharedServer } from '../render/nginx-tree.ts';
import { print } from '../render/print.ts';

/**
 * From so many hosts on, those that differ in nothing but names and Services share a server: each location of each server costs nginx
 * memory and time, some 20 KB and a tenth of a millisecond with Lua. Fewer are easier to read one by one.
 */
const SHARED_FROM = 100;

/** A host and its server. */
export interface TranslatedServer {
  readonly host: VirtualHost;
  readonly server: Directive;
}

/** Variables that hosts which share a server have values of their own for. */
const OWN = ['sluice_rule', 'sluice_upstream'] as const;

interface OwnText {
  readonly variable: (typeof OWN)[number];
  readonly text: string;
}

/** A server without what is its own. */
interface Shape {
  readonly key: string;
  readonly listeners: readonly Directive[];
  readonly body: readonly Directive[];
  /** What `$sluice_upstream` or `$sluice_rule` is in each place. */
  readonly own: readonly OwnText[];
}

const shapes = new WeakMap<Directive, Shape>();

/** What the hosts of a configuration share; the same object while no server changed, so that nothing of it is printed again. */
export interface SharedServers {
  readonly hosts: readonly (HostServer | SharedServer)[];
  readonly maps: readonly (readonly [name: string, directives: readonly Directive[]])[];
}

/** The servers of hosts, where many are alike as one with the maps that tell them apart. The order of hosts stays where they do not share. */
export function sharedServers(servers: readonly TranslatedServer[]): SharedServers {
  const groups = new Map<string, TranslatedServer[]>();
  for (const one of servers) if (canShare(one.host)) append(groups, shapeOf(one.server).key, one);
  const shared = new Map([...groups].filter(([, members]) => members.length >= SHARED_FROM));
  const alone = servers.filter(({ host, server }) => !canShare(host) || !shared.has(shapeOf(server).key));
  return {
    hosts: [
      ...alone.map(({ host, server }): HostServer => ({ kind: 'host', name: host.name, server })),
      ...[...shared.values()].map(sharedServer),
    ],
    maps: [...shared].flatMap(([, members]) => mapsOf(members)),
  };
}

/** Names without a dot may mean something to a map. */
function canShare({ match, aliases }: VirtualHost): boolean {
  return match.kind === 'exact' && match.name.includes('.') && aliases === undefined;
}

function append(groups: Map<string, TranslatedServer[]>, key: string, one: TranslatedServer): void {
  const known = groups.get(key);
  if (known === undefined) groups.set(key, [one]);
  else known.push(one);
}

function shapeOf(server: Directive): Shape {
  let shape = shapes.get(server);
  if (shape === undefined) shapes.set(server, (shape = computeShape(server)));
  return shape;
}

function computeShape({ block: body = [] }: Directive): Shape {
  const own: OwnText[] = [];
  const listeners = body.filter(({ name }) => name === 'listen');
  const rest = body.filter(({ name }) => name !== 'listen' && name !== 'server_name').map((one) => withoutOwn(one, own));
  const { text } = print([...listeners, ...rest]);
  return { key: createHash('sha256').update(text).digest('hex').slice(0, 8), listeners, body: rest, own };
}

/** The directive without origin, comment and what is its own, which is added to the list. */
function withoutOwn({ name, args, block: body, code }: Directive, all: OwnText[]): Directive {
  const bare = { name, args, ...(code !== undefined && { code }) };
  const own = ownIn({ name, args });
  if (own !== undefined) return { ...bare, args: [variable(own.variable), variable(`sluice_slot_${all.push(own)}`)] };
  return body === undefined ? bare : { ...bare, block: body.map((one) => withoutOwn(one, all)) };
}

function ownIn({ name, args: [first, second] }: Directive): OwnText | undefined {
  if (name !== 'set' || second?.kind !== 'text') return undefined;
  const [text] = second.parts;
  const set = OWN.find((one) => isVariable(first, one));
  return set === undefined || typeof text !== 'string' ? undefined : { variable: set, text };
}

function isVariable(argument: Argument | undefined, name: string): boolean {
  const [part] = argument?.kind === 'text' ? argument.parts : [];
  return typeof part === 'object' && part.variable === name;
}

function sharedServer(members: readonly TranslatedServer[]): SharedServer {
  const [first] = members;
  const { key, listeners, body } = shapeOf(first?.server ?? block('server', [], []));
  return {
    kind: 'shared',
    key,
    listeners,
    hosts: members.map(({ host, server }) => ({ name: host.name, names: namesOf(server) })),
    body: body.map((one) => filled(one, key)),
  };
}

/** What a host adds to the server that it shares: its name, and who asked for it. */
const names = new WeakMap<Directive, readonly Directive[]>();

function namesOf(server: Directive): readonly Directive[] {
  let known = names.get(server);
  if (known === undefined) {
    const comment = `${server.comment ?? ''} to ${upstreamsOf(server).join(', ')}`;
    known = (server.block ?? [])
      .filter(({ name }) => name === 'server_name')
      .map((one) => ({ ...one, comment, ...(server.from && { from: server.from }) }));
    names.set(server, known);
  }
  return known;
}

function upstreamsOf(server: Directive): readonly string[] {
  return shapeOf(server).own.flatMap((own) => (own.variable === 'sluice_upstream' ? own.text : []));
}

/** Places become variables of this group. */
function filled(one: Directive, key: string): Directive {
  const args = one.args.map((argument) => {
    const [part] = argument.kind === 'text' ? argument.parts : [];
    const slot = typeof part === 'object' ? /^sluice_slot_(\d+)$/.exec(part.variable)?.[1] : undefined;
    return slot === undefined ? argument : variable(mapName(key, slot));
  });
  return { ...one, args, ...(one.block && { block: one.block.map((inner) => filled(inner, key)) }) };
}

function mapName(key: string, slot: number | string): string {
  return `sluice_to_${key}_${slot}`;
}

function mapsOf(members: readonly TranslatedServer[]): readonly (readonly [string, readonly Directive[]])[] {
  const [first] = members;
  if (first === undefined) return [];
  const { key, own } = shapeOf(first.server);
  return own.map((_, slot) => {
    const entries = members.map(({ host, server }) => directive(host.name, literal(shapeOf(server).own[slot]?.text ?? '')));
    const name = mapName(key, slot + 1);
    return [name, [block('map', [variable('host'), variable(name)], entries)]] as const;
  });
}
