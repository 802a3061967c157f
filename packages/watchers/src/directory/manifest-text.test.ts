import { describe, expect, it } from 'vitest';
import { parseManifest } from './manifest-text.ts';

const valuesOf = (text: string): unknown[] => {
  const parsed = parseManifest(text);
  if (parsed.kind === 'broken') throw new Error(`${parsed.problem.place}: ${parsed.problem.reason}`);
  return parsed.objects.map(({ value }) => value);
};

describe('parseManifest', () => {
  it('reads several documents and leaves empty ones out', () => {
    expect(valuesOf('---\n# nothing\n---\nkind: A\n---\n---\nkind: B\n...\n')).toEqual([{ kind: 'A' }, { kind: 'B' }]);
    expect(valuesOf('')).toEqual([]);
  });

  it('counts documents from 1, empty ones included', () => {
    expect(parseManifest('---\n---\nkind: A\n')).toMatchObject({ objects: [{ document: 2 }] });
  });

  it('reads JSON with tabs and escapes', () => {
    expect(valuesOf('{\n\t"kind": "A",\n\t"text": "\\ud83d\\ude00\\/",\n\t"list": [1,\n\t\t2]\n}')).toEqual([
      { kind: 'A', text: '😀/', list: [1, 2] },
    ]);
  });

  it('reads a file with a byte order mark and Windows line ends', () => {
    expect(valuesOf('\uFEFFkind: A\r\nb: x\r\n')).toEqual([{ kind: 'A', b: 'x' }]);
  });

  it('leaves dates and words for truth as text', () => {
    expect(valuesOf('kind: A\nat: 2024-01-01T00:00:00Z\nday: 2024-01-01\nyes: yes')).toEqual([
      { kind: 'A', at: '2024-01-01T00:00:00Z', day: '2024-01-01', yes: 'yes' },
    ]);
  });

  it('takes aliases and merge keys', () => {
    expect(valuesOf('kind: A\nx: &x {q: 1}\ny: *x\nz:\n  <<: *x\n  w: 2')).toEqual([
      { kind: 'A', x: { q: 1 }, y: { q: 1 }, z: { q: 1, w: 2 } },
    ]);
  });

  it('flattens lists, also nested and typed ones', () => {
    const text =
      'kind: List\nitems:\n- kind: A\n- kind: List\n  items: [{kind: B}]\n- null\n---\nkind: IngressList\napiVersion: networking.k8s.io/v1\nitems:\n- metadata: {name: x}\n- {apiVersion: v1, kind: Other}';
    expect(valuesOf(text)).toEqual([
      { kind: 'A' },
      { kind: 'B' },
      { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'x' } },
      { apiVersion: 'v1', kind: 'Other' },
    ]);
  });

  it('keeps the objects beside documents that are none', () => {
    expect(parseManifest('kind: A\n---\nhunter2\n---\n[1]\n---\n7')).toEqual({
      kind: 'objects',
      objects: [{ document: 1, value: { kind: 'A' } }],
      problems: [
        { reason: 'it holds a string where a Kubernetes object is expected', place: 'document 2' },
        { reason: 'it holds a list where a Kubernetes object is expected', place: 'document 3' },
        { reason: 'it holds a number where a Kubernetes object is expected', place: 'document 4' },
      ],
    });
  });

  it('names line and column, counted from 1', () => {
    expect(parseManifest('kind: A\n---\nb:\n\tc: 1\n')).toEqual({
      kind: 'broken',
      problem: { reason: 'tab characters must not be used in indentation', place: 'line 4, column 1' },
    });
  });

  it('refuses keys that appear twice', () => {
    expect(parseManifest('kind: A\nkind: B')).toEqual({
      kind: 'broken',
      problem: { reason: 'duplicated mapping key', place: 'line 2, column 1' },
    });
  });

  it.each([
    'password: *hunter2',
    'password: !hunter2 x',
    'password: !hunter2! x',
    'password: !!int hunter2',
    'a: !<hunter2 b',
    'a: "hunter2\\q"',
    'hunter2: 1\nhunter2: 2',
    '!e!hunter2{ a',
    '{"password": "hunter2',
  ])('never quotes the text: %s', (text) => {
    const parsed = parseManifest(text);
    expect(parsed.kind).toBe('broken');
    expect(JSON.stringify(parsed)).not.toContain('hunter2');
  });

  it('refuses aliases that stand for billions of values', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `a${index + 1}: &a${index + 1} [${Array(9).fill(`*a${index}`).join(',')}]`);
    expect(parseManifest(`a0: &a0 x\n${lines.join('\n')}`)).toEqual({
      kind: 'broken',
      problem: { reason: 'aliases stand for more than 1000000 values', place: 'document 1' },
    });
  });

  it('refuses aliases that nest without end', () => {
    const lines = Array.from({ length: 5000 }, (_, index) => `a${index + 1}: &a${index + 1} [*a${index}]`);
    expect(parseManifest(`a0: &a0 x\n${lines.join('\n')}`)).toMatchObject({ kind: 'broken' });
    expect(parseManifest('kind: A\na: &a\n  b: *a')).toEqual({
      kind: 'broken',
      problem: { reason: 'an alias stands for a value that contains it', place: 'document 1' },
    });
    expect(parseManifest('['.repeat(5000))).toMatchObject({ kind: 'broken' });
  });

  it('treats __proto__ as a key like any other', () => {
    const [value] = valuesOf('__proto__: {polluted: true}\nkind: A');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
