import type { Diagnostic, ObjectRef } from '@sluice/core';
import { diagnose } from '@sluice/core';
import type { TextProblem } from './manifest-text.ts';

const fileRef = (path: string): ObjectRef => ({ kind: 'File', namespace: '', name: path });

/** SLU1001 for a file, or a document of it, that is not a manifest. */
export function brokenFile(path: string, { reason, place }: TextProblem): Diagnostic {
  return diagnose('SLU1001', { object: fileRef(path), field: '' }, `${path}, ${place}: ${reason}`);
}

/** SLU1006 for a file or folder below the directory that cannot be read. */
export function unreadableFile(path: string, reason: string): Diagnostic {
  return diagnose('SLU1006', { object: fileRef(path), field: '' }, reason);
}

/** SLU1005 for the directory itself. */
export function unreadableDirectory(path: string, reason: string): Diagnostic {
  return diagnose('SLU1005', { object: { kind: 'Directory', namespace: '', name: path }, field: '' }, reason);
}

/** Where a definition of an object stands. */
export interface Place {
  readonly path: string;
  /** Counted from 1. */
  readonly document: number;
}

/** SLU1003 for an object that has more than one definition; `places` begins with the one that is used. */
export function duplicateObject(object: ObjectRef, places: readonly Place[]): Diagnostic {
  const sameFile = places.every(({ path }) => path === places[0]?.path);
  const [used, ...others] = sameFile ? places.map(({ path, document }) => `${path} document ${document}`) : places.map(({ path }) => path);
  return diagnose(
    'SLU1003',
    { object, field: '' },
    `it is defined in ${used} and again in ${others.join(' and in ')}; the one in ${used} is used`,
  );
}

/** Objects of one kind that routing does not use. */
export interface UnusedObjects {
  readonly first: ObjectRef;
  /** The file of the first. */
  readonly path: string;
  readonly count: number;
}

/** SLU1004 for all objects of a kind that routing does not use; an empty type is that of objects without a kind. */
export function unusedKind(type: string, { first, path, count }: UnusedObjects): Diagnostic {
  const kind = type === '' ? 'without a kind' : `of kind ${type}`;
  const message = count === 1 ? `1 object ${kind} is left out, in ${path}` : `${count} objects ${kind} are left out, the first in ${path}`;
  return diagnose('SLU1004', { object: first, field: '' }, message);
}
