import { formatObject } from '@sluice/core';
import type { ObjectRef, Origin } from '@sluice/core';
import type { Chunk, GeneratedFile } from '../render/nginx-table.ts';
import type { NginxMessage } from './nginx-message.ts';

/** Who is to blame for a complaint, and which part of the configuration it is about. */
export interface Blame {
  readonly from: Origin | undefined;
  readonly chunk: Chunk | undefined;
}

/** Finds the chunk and the object by the line or the file that nginx named. `chunks` are those of the configuration that it saw. */
export function blameFor({ line, file }: NginxMessage, chunks: readonly Chunk[], files: readonly GeneratedFile[]): Blame {
  const byLine = line === undefined ? undefined : chunkAt(chunks, line);
  const ofFile = file === undefined ? undefined : files.find(({ path }) => path === file)?.from;
  if (byLine === undefined) return { from: ofFile, chunk: ofFile && chunks.find((chunk) => comesFrom(chunk, ofFile.object)) };
  return { from: byLine.chunk.origins[byLine.offset] ?? ofFile, chunk: byLine.chunk };
}

/** Who is to blame for a chunk that is known to be at fault as a whole: the object of its first line that has one. */
export function blameForChunk(chunk: Chunk): Blame {
  return { chunk, from: chunk.origins.find((origin) => origin !== undefined) };
}

/** Whether a line of the chunk came from the object. */
export function comesFrom({ origins }: Chunk, object: ObjectRef): boolean {
  const name = formatObject(object);
  let last: Origin | undefined;
  for (const origin of origins) {
    if (origin === last || origin === undefined) continue;
    last = origin;
    if (formatObject(origin.object) === name) return true;
  }
  return false;
}

function chunkAt(chunks: readonly Chunk[], line: number): { readonly chunk: Chunk; readonly offset: number } | undefined {
  let first = 1;
  for (const chunk of chunks) {
    if (line < first + chunk.origins.length) return { chunk, offset: line - first };
    first += chunk.origins.length;
  }
  return undefined;
}
