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

/** Variables that hosts which share a server have values of their own for. */
const OWN = ['sluice_rule', 'sluice_upstream'] as const;

interface OwnText {
  readonly variable: (typeof OWN)[number];
  readonly text: string;
}

/** What a host that may share a server adds to it, and what it needs of it. */
interface ShareablePart {
  /** Of listeners and body, in 32 hexadecimal digits: whoever finds a body with the key of others changes what they do. */
  readonly key: string;
  readonly listeners: readonly Directive[];
  /** The rest of the server, without what is its own. */
  readonly body: readonly Directive[];
  /** What `$sluice_upstream` or `$sluice_rule` is in each place. */
  readonly own: readonly OwnText[];
  /** Its names, and who asked for it. */
  readonly names: readonly Directive[];
}

/** What the hosts of a configuration share; the same object while no server changed, so that nothing of it is printed again. */
export interface SharedServers {
  readonly hosts: readonly (HostServer | SharedServer)[];
  readonly maps: readonly (readonly [name: string, directives: readonly Directive[]])[];
}

/** A host as it was translated. While it shares a server, its own one is not kept: there are many of them. */
export class TranslatedHost {
  readonly host: VirtualHost;
  #part: ShareablePart | undefined;
  #server: Directive | undefined;

  /** `server` is its server if it has none of others. */
  constructor(host: VirtualHost, server: Directive, { mayShare }: { readonly mayShare: boolean }) {
    this.host = host;
    this.#part = mayShare && canShare(host) ? partOf(server) : undefined;
    this.#server = server;
  }

  /** Undefined: it shares with nobody. */
  get part(): ShareablePart | undefined {
    return this.#part;
  }

  /** `translate` is asked again for what was not kept. */
  server(translate: Translate): Directive {
    return (this.#server ??= translate(this.host));
  }

  /** Has the listeners and the body of another host with the same key from now on. */
  shareWith({ listeners, body }: ShareablePart): void {
    this.#server = undefined;
    if (this.#part !== undefined && this.#part.body !== body) this.#part = { ...this.#part, listeners, body };
  }
}

type Translate = (host: VirtualHost) => Directive;
type Member = TranslatedHost & { readonly part: ShareablePart };
type Group = [Member, ...Member[]];

/** The hosts of a configuration, and which of them are alike. They come one after the other, so that not all servers are there at once. */
export class SharedHosts {
  readonly all: TranslatedHost[] = [];
  readonly #groups = new Map<string, Group>();

  add(one: TranslatedHost): void {
    this.all.push(one);
    if (!isMember(one)) return;
    const group = this.#groups.get(one.part.key);
    if (group === undefined) return void this.#groups.set(one.part.key, [one]);
    group.push(one);
    if (group.length < SHARED_FROM) return;
    for (const member of group.length === SHARED_FROM ? group : [one]) member.shareWith(group[0].part);
  }

  /** The servers, where many are alike as one with the maps that tell them apart. The order of hosts stays where they do not share. */
  servers(translate: Translate): SharedServers {
    const shared = new Map([...this.#groups].filter(([, group]) => group.length >= SHARED_FROM));
    const alone = this.all.filter(({ part }) => part === undefined || !shared.has(part.key));
    return {
      hosts: [
        ...alone.map((one): HostServer => ({ kind: 'host', name: one.host.name, server: one.server(translate) })),
        ...[...shared.values()].map(sharedServer),
      ],
      maps: [...shared.values()].flatMap(mapsOf),
    };
  }
}

function isMember(one: TranslatedHost): one is Member {
  return one.part !== undefined;
}

/** Names without a dot may mean something to a map. */
function canShare({ match, aliases }: VirtualHost): boolean {
  return match.kind === 'exact' && match.name.includes('.') && aliases === undefined;
}

function partOf(server: Directive): ShareablePart {
  const { block: all = [] } = server;
  const own: OwnText[] = [];
  const listeners = all.filter(({ name }) => name === 'listen');
  const body = all.filter(({ name }) => name !== 'listen' && name !== 'server_name').map((one) => withoutOwn(one, own));
  const { text } = print([...listeners, ...body]);
  const key = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return { key, listeners, body, own, names: namesOf(server, own) };
}

/** With who asked for the host, and where it goes. */
function namesOf({ block: all = [], comment = '', from }: Directive, own: readonly OwnText[]): readonly Directive[] {
  const upstreams = own.flatMap((one) => (one.variable === 'sluice_upstream' ? one.text : []));
  return all
    .filter(({ name }) => name === 'server_name')
    .map((one) => ({ ...one, comment: `${comment} to ${upstreams.join(', ')}`, ...(from && { from }) }));
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

function sharedServer(members: Group): SharedServer {
  const { key, listeners, body } = members[0].part;
  return {
    kind: 'shared',
    key,
    listeners,
    hosts: members.map((member) => ({ name: member.host.name, names: member.part.names })),
    body: body.map((one) => filled(one, key)),
  };
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

function mapsOf(members: Group): SharedServers['maps'] {
  const { key, own } = members[0].part;
  return own.map((_, slot) => {
    const entries = members.map(({ host, part }) => directive(host.name, literal(part.own[slot]?.text ?? '')));
    const name = mapName(key, slot + 1);
    return [name, [block('map', [variable('host'), variable(name)], entries)]] as const;
  });
}
