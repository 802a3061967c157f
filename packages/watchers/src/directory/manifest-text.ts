import { CORE_SCHEMA, loadAll, mergeTag, YAMLException } from 'js-yaml';
import { aliasProblem } from './alias-expansion.ts';

/** A Kubernetes object as it stands in a manifest, unchecked but for being an object. */
export interface ManifestObject {
  /** The YAML document that holds it, counted from 1. */
  readonly document: number;
  readonly value: Readonly<Record<string, unknown>>;
}

/** Something in a text that is not a manifest. Never quotes the text, which may hold a Secret. */
export interface TextProblem {
  readonly reason: string;
  /** Where: `line 3, column 7` or `document 2`. */
  readonly place: string;
}

/** What a text gave: objects, and documents that are none; or nothing, because it does not parse. */
export type ParsedText =
  | { readonly kind: 'objects'; readonly objects: readonly ManifestObject[]; readonly problems: readonly TextProblem[] }
  | { readonly kind: 'broken'; readonly problem: TextProblem };

/**
 * YAML 1.2 core (JSON is part of it), so that dates and `yes` stay text, plus `<<` merge keys, which kubectl takes as well.
 * Keys that appear twice are refused.
 */
const options = { schema: CORE_SCHEMA.withTags(mergeTag), maxDepth: 100, maxTotalMergeKeys: 100_000 };

/**
 * Parses the text of a manifest file: any number of YAML documents or one JSON value. Lists are flattened, empty documents
 * left out. Never throws, never quotes the text.
 */
export function parseManifest(text: string): ParsedText {
  let documents: unknown[];
  try {
    documents = loadAll(text, options);
  } catch (error) {
    return { kind: 'broken', problem: problemOf(error) };
  }
  if (text.includes('&')) {
    const unsafe = documents.findIndex((document) => aliasProblem(document) !== undefined);
    if (unsafe >= 0) return { kind: 'broken', problem: { reason: aliasProblem(documents[unsafe]) ?? '', place: `document ${unsafe + 1}` } };
  }
  return collectObjects(documents);
}

function collectObjects(documents: readonly unknown[]): ParsedText {
  const objects: ManifestObject[] = [];
  const problems: TextProblem[] = [];
  documents.forEach((content, index) => {
    const document = index + 1;
    for (const value of flatten(content)) {
      if (isRecord(value)) objects.push({ document, value });
      else problems.push({ reason: `it holds ${nameOfType(value)} where a Kubernetes object is expected`, place: `document ${document}` });
    }
  });
  return { kind: 'objects', objects, problems };
}

/** The items of a List, in which an item without a kind has that of its list (`IngressList`), or the value itself. */
function flatten(value: unknown): unknown[] {
  if (value === null || value === undefined) return [];
  if (!isRecord(value)) return [value];
  const { kind, items, apiVersion } = value;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return [value];
  const itemKind = kind.slice(0, -'List'.length);
  return items.flatMap((item: unknown) =>
    flatten(isRecord(item) && itemKind !== '' && item['kind'] === undefined ? { apiVersion, kind: itemKind, ...item } : item),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nameOfType(value: unknown): string {
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

function problemOf(error: unknown): TextProblem {
  if (!(error instanceof YAMLException)) return { reason: 'it is too deeply nested or not text', place: 'document 1' };
  const { mark } = error;
  const place = mark === undefined ? 'document 1' : `line ${mark.line + 1}, column ${mark.column + 1}`;
  return { reason: withoutQuotations(error.reason), place };
}

/** The parser's reasons end in names taken from the text (`unidentified alias "…"`): those are cut off. */
function withoutQuotations(reason: string): string {
  const start = reason.search(/"|!<|: /);
  return start < 0 ? reason : `${reason.slice(0, start).trimEnd()} …`;
}
