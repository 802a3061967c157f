import { z } from 'zod';
import { diagnose } from '../observe/diagnostic.ts';
import type { Diagnostic } from '../observe/diagnostic.ts';
import type { ObjectRef } from '../model/origin.ts';
import { configMap } from './kinds/config-map.ts';
import { endpointSlice } from './kinds/endpoint-slice.ts';
import { ingress } from './kinds/ingress.ts';
import { ingressClass } from './kinds/ingress-class.ts';
import { MAX_ANNOTATIONS_BYTES } from './kinds/metadata.ts';
import { namespace as namespaceSchema } from './kinds/namespace.ts';
import { secret } from './kinds/secret.ts';
import { service } from './kinds/service.ts';
import type { WatchedKind, WatchedObject } from './object.ts';

interface KindRules {
  readonly schema: z.ZodType<WatchedObject>;
  /** The API group whose versions are understood; empty for the core group. */
  readonly group: string;
  readonly namespaced: boolean;
}

const kinds: Readonly<Record<WatchedKind, KindRules>> = {
  Ingress: { schema: ingress, group: 'networking.k8s.io', namespaced: true },
  IngressClass: { schema: ingressClass, group: 'networking.k8s.io', namespaced: false },
  Service: { schema: service, group: '', namespaced: true },
  EndpointSlice: { schema: endpointSlice, group: 'discovery.k8s.io', namespaced: true },
  Secret: { schema: secret, group: '', namespaced: true },
  ConfigMap: { schema: configMap, group: '', namespaced: true },
  Namespace: { schema: namespaceSchema, group: '', namespaced: false },
};

export const watchedKinds = Object.keys(kinds) as readonly WatchedKind[];

/** What became of an object: kept in its reduced shape, not watched (another kind or API group), or not valid. */
export type ParsedObject =
  | { readonly kind: 'object'; readonly ref: ObjectRef; readonly object: WatchedObject; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'unused'; readonly type: string }
  | { readonly kind: 'invalid'; readonly ref: ObjectRef; readonly diagnostics: readonly Diagnostic[] };

const header = z.object({
  apiVersion: z.string().catch(''),
  kind: z.string().min(1).catch('Object'),
  metadata: z
    .object({ name: z.string().min(1).catch('(unnamed)'), namespace: z.string().catch('') })
    .catch({ name: '(unnamed)', namespace: '' }),
});

export function isWatchedKind(kind: string): kind is WatchedKind {
  return Object.hasOwn(kinds, kind);
}

/** Identity of a Kubernetes object, whatever else is wrong with it. Namespaced kinds without a namespace are in `default`. */
export function refOf(raw: unknown): ObjectRef {
  const { kind, metadata } = header.catch({ apiVersion: '', kind: 'Object', metadata: { name: '(unnamed)', namespace: '' } }).parse(raw);
  const namespaced = !isWatchedKind(kind) || kinds[kind].namespaced;
  return { kind, namespace: namespaced ? metadata.namespace || 'default' : '', name: metadata.name };
}

/** Checks an object as JSON against its kind and reduces it to what routing uses. Never throws. */
export function parseObject(raw: unknown): ParsedObject {
  const ref = refOf(raw);
  const { apiVersion } = header.catch({ apiVersion: '', kind: '', metadata: { name: '', namespace: '' } }).parse(raw);
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  if (!isWatchedKind(ref.kind) || kinds[ref.kind].group !== group)
    return { kind: 'unused', type: apiVersion === '' ? ref.kind : `${apiVersion} ${ref.kind}` };
  const result = kinds[ref.kind].schema.safeParse(raw);
  if (!result.success)
    return {
      kind: 'invalid',
      ref,
      diagnostics: result.error.issues.map((issue) =>
        diagnose('SLU1002', { object: ref, field: fieldPath(issue.path) }, lowerFirst(issue.message)),
      ),
    };
  const object = { ...result.data, metadata: { ...result.data.metadata, namespace: ref.namespace } };
  return { kind: 'object', ref, object, diagnostics: oversized(ref, object) };
}

function oversized(ref: ObjectRef, object: WatchedObject): Diagnostic[] {
  const size = Object.entries(object.metadata.annotations).reduce((sum, [key, value]) => sum + key.length + Buffer.byteLength(value), 0);
  if (size <= MAX_ANNOTATIONS_BYTES) return [];
  return [
    diagnose(
      'SLU1502',
      { object: ref, field: 'metadata.annotations' },
      `the annotations have ${size} bytes, more than ${MAX_ANNOTATIONS_BYTES}`,
    ),
  ];
}

/** The key of an object in the maps of a snapshot. */
export function snapshotKey({ namespace, name }: ObjectRef): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** `['spec', 'rules', 0, 'host']` as `spec.rules[0].host`. */
export function fieldPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`),
    '',
  );
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
