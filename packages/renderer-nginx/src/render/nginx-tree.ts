import type { LiveTable } from '../translate/live-table.ts';
import type { Directive } from './directive.ts';
import type { GeneratedFile } from './nginx-table.ts';

/** A configuration of nginx before it is printed. */
export interface NginxTree {
  readonly main: readonly Directive[];
  /** Of the http block, the same for every host. */
  readonly http: readonly Directive[];
  /** Of the http block: what depends on the digest of all the rest. */
  readonly control: (digest: string) => readonly Directive[];
  /** Of the http block, for the hosts that need it; by name, sorted. */
  readonly shared: readonly (readonly [name: string, directives: readonly Directive[]])[];
  readonly hosts: readonly (HostServer | SharedServer)[];
  /** Of the http block: what tells hosts apart that share a server. */
  readonly maps: readonly (readonly [name: string, directives: readonly Directive[]])[];
  readonly files: readonly GeneratedFile[];
  /** Encoded request plans; empty where there is none. */
  readonly plans: string;
  readonly live: LiveTable | undefined;
  /** TCP and UDP; undefined where there is none. */
  readonly streams: StreamTree | undefined;
}

/** The stream block. */
export interface StreamTree {
  /** Outside of it, before everything else. */
  readonly modules: readonly Directive[];
  readonly settings: readonly Directive[];
  readonly ports: readonly (readonly [name: string, directives: readonly Directive[]])[];
}

/** The server of one host. */
export interface HostServer {
  readonly kind: 'host';
  readonly name: string;
  readonly server: Directive;
}

/** One server of many hosts. */
export interface SharedServer {
  readonly kind: 'shared';
  /** Tells it from others of its kind. */
  readonly key: string;
  readonly listeners: readonly Directive[];
  readonly hosts: readonly { readonly name: string; readonly names: readonly Directive[] }[];
  readonly body: readonly Directive[];
}
