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
import { apiVersionOf, isWatchedKind, kindUse } from './kind-use.ts';
import type { WatchedKind, WatchedObject } from './object.ts';

const schemas: Readonly<Record<WatchedKind, z.ZodType<WatchedObject>>> = {
  Ingress: ingress,
  IngressClass: ingressClass,
  Service: service,
  EndpointSlice: endpointSlice,
  Secret: secret,
  ConfigMap: configMap,
  Namespace: namespaceSchema,
};

const CLUSTER_SCOPED: ReadonlySet<string> = new Set<WatchedKind>(['IngressClass', 'Namespace']);

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

/** Identity of a Kubernetes object, whatever else is wrong with it. Namespaced kinds without a namespace are in `default`. */
export function refOf(raw: unknown): ObjectRef {
  const { kind, metadata } = header.catch({ apiVersion: '', kind: 'Object', metadata: { name: '(unnamed)', namespace: '' } }).parse(raw);
  return { kind, namespace: CLUSTER_SCOPED.has(kind) ? '' : metadata.namespace || 'default', name: metadata.name };
}

/** Checks an object as JSON against its kind and reduces it to what routing uses. Never throws. */
export function parseObject(raw: unknown): ParsedObject {
  const ref = refOf(raw);
  const { apiVersion } = header.catch({ apiVersion: '', kind: '', metadata: { name: '', namespace: '' } }).parse(raw);
  const use = kindUse(apiVersion, ref.kind);
  if (use === 'unused' || !isWatchedKind(ref.kind))
    return { kind: 'unused', type: apiVersion === '' ? ref.kind : `${apiVersion} ${ref.kind}` };
  if (use === 'other-version') return { kind: 'invalid', ref, diagnostics: [otherVersion(ref, apiVersion, ref.kind)] };
  const result = schemas[ref.kind].safeParse(raw);
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

function otherVersion(ref: ObjectRef, apiVersion: string, kind: WatchedKind): Diagnostic {
  const written = apiVersion === '' ? 'there is none' : `${JSON.stringify(apiVersion.slice(0, 80))} is not understood`;
  return diagnose('SLU1007', { object: ref, field: 'apiVersion' }, `${written}; ${apiVersionOf(kind)} is`);
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
