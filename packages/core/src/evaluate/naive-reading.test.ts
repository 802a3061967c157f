import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ModelBuilder } from '../model/build/build-model.ts';
import { defaultModelOptions } from '../model/build/model-options.ts';
import { routedRequest } from '../testing/routed-request.ts';
import { SnapshotStore } from '../watch/snapshot-store.ts';
import { compileRoutes } from './compile.ts';
import { evaluate } from './evaluate.ts';

/** One path of an Ingress, as a user thinks of it. Ingresses are listed from the oldest to the youngest. */
interface WrittenPath {
  readonly path: string;
  readonly type: 'Exact' | 'Prefix' | 'ImplementationSpecific';
}

interface WrittenIngress {
  readonly paths: readonly WrittenPath[];
  readonly useRegex: boolean;
  readonly rewriteTarget: string;
}

interface Matcher {
  readonly text: string;
  readonly service: string;
}

/**
 * What ingress-nginx does with a path, told as its documentation tells it and with no thought of speed: the service that
 * answers, `301 location` or `404`. The path needs no normalisation.
 */
function naively(ingresses: readonly WrittenIngress[], path: string): string {
  const asks = (ingress: WrittenIngress, { path: own }: WrittenPath): boolean =>
    ingress.useRegex || (ingress.rewriteTarget !== '' && ingress.rewriteTarget !== own);
  const kept = ingresses.flatMap((ingress, position) =>
    ingress.paths.map((written, index) => ({ ingress, written, exact: written.type === 'Exact', service: `s${position}-${index}` })),
  );
  const unique = kept.filter(
    (one, at) => kept.findIndex((other) => other.written.path === one.written.path && other.exact === one.exact) === at,
  );
  if (unique.some(({ ingress, written }) => asks(ingress, written))) {
    const matchers = unique.flatMap(({ ingress, written, exact, service }): Matcher[] => {
      const text = written.path;
      if (exact || asks(ingress, written) || text.endsWith('/')) return [{ text, service }];
      const withSlash = { text: `${text}/`, service };
      return unique.some((other) => other.exact && other.written.path === text) ? [withSlash] : [withSlash, { text, service }];
    });
    matchers.sort((a, b) => b.text.length - a.text.length || (a.text > b.text ? -1 : 1));
    return matchers.find(({ text }) => new RegExp(`^${text}`, 'i').test(path))?.service ?? '404';
  }
  const equal = unique.find(({ exact, written }) => exact && written.path === path);
  if (equal !== undefined) return equal.service;
  const prefixes = unique.filter(({ exact }) => !exact).toSorted((a, b) => b.written.path.length - a.written.path.length);
  const bare = prefixes.find(({ written }) => written.path === path);
  if (bare !== undefined) return bare.service;
  if (unique.some(({ written }) => written.path === `${path}/`)) return `301 http://h.test${path}/`;
  const withSlash = (text: string): string => (text.endsWith('/') ? text : `${text}/`);
  return prefixes.find(({ written }) => path.startsWith(withSlash(written.path)))?.service ?? '404';
}

const text = fc
  .array(fc.constantFrom('a', 'b', 'ab', 'A'), { maxLength: 3 })
  .chain((parts) => fc.constantFrom(`/${parts.join('/')}`, `/${parts.join('/')}/`))
  .map((path) => path.replace('//', '/'));
const writtenPath = fc.record({ path: text, type: fc.constantFrom('Exact', 'Prefix', 'ImplementationSpecific') });
const regexPath = fc.record({
  path: fc.constantFrom('/a(/|$)(.*)', '/[ab]+/b', '/a.b', '/(a|b)', '/A', '/'),
  type: fc.constant('ImplementationSpecific'),
});
const plain = fc.record({
  paths: fc.array(writtenPath, { minLength: 1, maxLength: 4 }),
  useRegex: fc.constant(false),
  rewriteTarget: fc.constantFrom('', '', '', '/', '/a'),
});
const patterned = fc.record({
  paths: fc.array(regexPath, { minLength: 1, maxLength: 2 }),
  useRegex: fc.constant(true),
  rewriteTarget: fc.constant(''),
});
const ingresses = fc
  .tuple(fc.array(plain, { maxLength: 4 }), fc.array(patterned, { maxLength: 1 }))
  .map(([some, more]) => [...some, ...more]);

function modelOf(written: readonly WrittenIngress[]) {
  const store = new SnapshotStore();
  const put = (object: unknown): unknown => store.change([{ kind: 'put', object }]);
  written.forEach(({ paths, useRegex, rewriteTarget }, position) => {
    const rules = paths.map(({ path, type }, index) => ({
      path,
      pathType: type,
      backend: { service: { name: `s${position}-${index}`, port: { number: 80 } } },
    }));
    const prefix = 'nginx.ingress.kubernetes.io/';
    const annotations = {
      [`${prefix}use-regex`]: String(useRegex),
      ...(rewriteTarget !== '' && { [`${prefix}rewrite-target`]: rewriteTarget }),
    };
    put({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: `i${position}`, namespace: 'ns', creationTimestamp: `2026-01-01T00:00:0${position}Z`, annotations },
      spec: { ingressClassName: 'nginx', rules: [{ host: 'h.test', http: { paths: rules } }] },
    });
  });
  return new ModelBuilder(defaultModelOptions).build(store.snapshot()).model;
}

test('paths are decided as a naive reading of ingress-nginx decides them', () => {
  fc.assert(
    fc.property(ingresses, fc.array(text, { minLength: 1, maxLength: 12 }), (written, paths) => {
      const model = modelOf(written);
      const table = compileRoutes(model);
      for (const path of paths) {
        const request = routedRequest({ host: 'h.test', target: path });
        const { verdict } = evaluate(model, request);
        expect(table.decide(request)).toEqual(verdict);
        const { route } = verdict;
        const answer =
          verdict.kind === 'redirect' ? `301 ${verdict.location}` : route?.action.kind === 'forward' ? route.action.upstream : '404';
        expect(answer.replace(/^ns\/(.*):80$/, '$1')).toBe(written.length === 0 ? '404' : naively(written, path));
      }
    }),
    { numRuns: 2000 },
  );
});
