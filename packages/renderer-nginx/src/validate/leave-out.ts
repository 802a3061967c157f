import { formatObject } from '@sluice/core';
import type { ObjectRef, Origin } from '@sluice/core';
import type { Chunk } from '../render/nginx-table.ts';
import { comesFrom } from './blame.ts';

/** Chunks that can only be left out together: one, or those of a server that hosts share. */
export type Unit = readonly Chunk[];

/** The chunks in units, in their order. */
export function unitsOf(chunks: readonly Chunk[]): readonly Unit[] {
  const units: Chunk[][] = [];
  let last: string | undefined;
  for (const chunk of chunks) {
    if (chunk.group !== undefined && chunk.group === last) units.at(-1)?.push(chunk);
    else units.push([chunk]);
    last = chunk.group;
  }
  return units;
}

/** Whether the rest is a configuration without the unit. */
export function isOptional(unit: Unit): boolean {
  return unit.every(({ optional, group }) => optional || group !== undefined);
}

/** Where the objects of a unit came from, each once. */
export function originsOf(unit: Unit): readonly Origin[] {
  return distinctOrigins(unit.flatMap(({ origins }) => origins));
}

/** Where the blocks inside the server of a chunk came from, each object once. */
export function blockOrigins(chunk: Chunk): readonly Origin[] {
  return distinctOrigins(innerBlocks(chunk).map(({ first }) => chunk.origins[first]));
}

/** A chunk with the blocks inside its server that came from some objects, and no others. */
export function withBlocksOf(chunk: Chunk, isKept: (object: ObjectRef) => boolean): Chunk {
  const out = new Set<number>();
  for (const { first, last } of innerBlocks(chunk)) {
    const origin = chunk.origins[first];
    if (origin !== undefined && !isKept(origin.object)) for (let line = first; line <= last; line++) out.add(line);
  }
  const lines = chunk.text.split('\n').filter((_, line) => !out.has(line));
  return { ...chunk, text: lines.join('\n'), origins: chunk.origins.filter((_, line) => !out.has(line)) };
}

/**
 * The chunks that have to be looked at again: none of the object, and of those before the fault only what cannot be left out. Undefined
 * when the fault stays.
 */
export function leftOver(chunks: readonly Chunk[], guilty: Chunk, { object }: Origin): readonly Chunk[] | undefined {
  const at = chunks.indexOf(guilty);
  const isKept = (chunk: Chunk, index: number): boolean => !chunk.optional || (index > at && !comesFrom(chunk, object));
  if (guilty.optional) return chunks.filter(isKept);
  if (guilty.group !== undefined) return chunks.filter((chunk, index) => chunk.group !== guilty.group && isKept(chunk, index));
  const name = formatObject(object);
  const rest = withBlocksOf(guilty, (other) => formatObject(other) !== name);
  if (rest.origins.length === guilty.origins.length) return undefined;
  return chunks.map((chunk) => (chunk === guilty ? rest : chunk)).filter(isKept);
}

interface Lines {
  readonly first: number;
  readonly last: number;
}

/** A line is a directive, or begins a block with ` {`, or ends one with `}` alone. */
function innerBlocks({ text }: Chunk): readonly Lines[] {
  const blocks: Lines[] = [];
  let [depth, first] = [0, 0];
  for (const [line, written] of text.split('\n').entries()) {
    if (/^\s*[^\s#].* \{$/.test(written)) {
      if (depth === 1) first = line;
      depth++;
    } else if (written.trim() === '}') {
      depth--;
      if (depth === 1) blocks.push({ first, last: line });
    }
  }
  return blocks;
}

function distinctOrigins(origins: readonly (Origin | undefined)[]): readonly Origin[] {
  const byObject = new Map<string, Origin>();
  let last: Origin | undefined;
  for (const origin of origins) {
    if (origin === undefined || origin === last) continue;
    last = origin;
    const name = formatObject(origin.object);
    if (!byObject.has(name)) byObject.set(name, origin);
  }
  return [...byObject.values()];
}
