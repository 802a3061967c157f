import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CORE_SCHEMA, YAMLException, load } from 'js-yaml';
import { z } from 'zod';
import { caseFile, expectationOf, requestOf } from './case-schema.ts';
import type { CaseFile, CaseRequest, Expectation } from './case-schema.ts';

export interface Step {
  readonly apply: readonly object[];
  readonly pauseMs: number;
  readonly request: CaseRequest;
  readonly expect: Expectation;
}

/** What somebody sends, and what ingress-nginx answers. */
export interface Case {
  readonly name: string;
  /** Where the expectation comes from: a recorded answer or a section of the reference. */
  readonly source: string;
  readonly cookies: boolean;
  readonly steps: readonly Step[];
}

/** The cases of a feature and the objects that they need. */
export interface CaseSet extends Omit<CaseFile, 'cases'> {
  /** The file without its ending; also the namespace of its objects. */
  readonly name: string;
  readonly cases: readonly Case[];
}

const folder = join(import.meta.dirname, 'cases');

/** The files of cases whose names contain `only`, checked. */
export function readCaseSets(only = ''): readonly CaseSet[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml') && name.includes(only));
  const sets = names.map((name) => readCaseSet(name.slice(0, -'.yaml'.length)));
  refuseSharedHosts(sets);
  return sets;
}

function readCaseSet(name: string): CaseSet {
  const path = join(folder, `${name}.yaml`);
  const result = caseFile.safeParse(readYaml(path));
  if (!result.success) throw new Error(`${path}: ${z.prettifyError(result.error)}`);
  const cases = result.data.cases.flatMap(casesOf);
  const twice = cases.find((one, index) => cases.findIndex((other) => other.name === one.name) !== index);
  if (twice !== undefined) throw new Error(`${path}: two cases are named ${twice.name}`);
  return { ...result.data, name, cases };
}

function readYaml(path: string): unknown {
  try {
    return load(readFileSync(path, 'utf8'), { filename: path, schema: CORE_SCHEMA });
  } catch (error) {
    // The exception itself carries the whole file.
    throw error instanceof YAMLException ? new Error(error.message) : error;
  }
}

function casesOf(written: CaseFile['cases'][number]): readonly Case[] {
  const { source } = written;
  if ('table' in written)
    return Object.entries(written.table).map(([line, answer]) => ({
      name: `${written.about}: ${line}`,
      source,
      cookies: false,
      steps: [{ apply: [], pauseMs: 0, request: requestOf(line), expect: expectationOf(answer) }],
    }));
  const { name } = written;
  if ('request' in written)
    return [
      {
        name,
        source,
        cookies: false,
        steps: [{ apply: [], pauseMs: 0, request: requestOf(written.request), expect: expectationOf(written.expect) }],
      },
    ];
  const steps = written.steps.map((step) => ({ ...step, request: requestOf(step.request), expect: expectationOf(step.expect) }));
  return [{ name, source, cookies: written.cookies, steps }];
}

const withHosts = z.object({
  kind: z.literal('Ingress'),
  spec: z.object({ rules: z.array(z.object({ host: z.string().default('') })).default([]) }),
});

/** Files that share a process are kept apart by their hosts. */
function refuseSharedHosts(sets: readonly CaseSet[]): void {
  const owners = new Map<string, string>();
  for (const { name, manifests } of sets.filter(({ process }) => process === 'shared'))
    for (const host of manifests.flatMap(hostsOf)) {
      const owner = owners.get(host) ?? name;
      if (owner !== name) throw new Error(`${owner}.yaml and ${name}.yaml both have the host ${JSON.stringify(host)}`);
      owners.set(host, name);
    }
}

function hostsOf(manifest: unknown): readonly string[] {
  const read = withHosts.safeParse(manifest);
  return read.success ? read.data.spec.rules.map(({ host }) => host) : [];
}
