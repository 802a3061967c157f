import type { KeyMaterial, Origin } from '@sluice/core';
import type { LiveTable } from '../translate/live-table.ts';
import type { Printed } from './print.ts';

/** A part of nginx.conf that comes and goes as a whole. */
export interface Chunk extends Printed {
  // Its text has one character for each byte: it is written as latin1.
  /** What it is, for reasons of reloads: `host shop.example.com`, `the settings of all hosts`. Unique. */
  readonly label: string;
  /** SHA-256 of its text. */
  readonly digest: string;
  /** Changes only together with chunks of hosts, which say it better: no reason of its own. */
  readonly derived?: true;
  /** Whether the rest is a configuration without it: what is to blame can be found by leaving out chunks. */
  readonly optional: boolean;
  /** Chunks with the same one are a server together. */
  readonly group?: string;
}

/** A file besides nginx.conf, relative to the folder of the generation. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: string | KeyMaterial;
  /** The content has one character for each byte. */
  readonly binary?: true;
  /** Who reads it: the master, which has the rights of the controller, or workers as well. */
  readonly readers: 'master' | 'workers';
  /** The object that is to blame when nginx refuses the file. */
  readonly from?: Origin;
}

/** What the nginx data plane loads: the `table` of its artifacts. */
export interface NginxTable {
  /** In the order of the file. */
  readonly chunks: readonly Chunk[];
  readonly files: readonly GeneratedFile[];
  /** SHA-256 in hexadecimal of chunks and files: equal digests need no reload. `GET /generation` on the control socket answers it. */
  readonly digest: string;
  /** What goes to the workers without a reload; undefined where nginx has no Lua. */
  readonly live: LiveTable | undefined;
}
