import type { Origin } from '@sluice/core';
import type { BackendSection, GeneratedFile, MapFile } from '../render/haproxy-table.ts';
import type { HaproxyTree } from '../render/haproxy-tree.ts';
import type { SectionTree } from '../render/line.ts';
import { printBackend } from '../render/print.ts';
import { backendHead, backendLines, classSection, usualClass } from './backend-class.ts';
import type { BackendClass } from './backend-class.ts';
import type { CertificateTree } from './certificate-lines.ts';
import type { Deployment } from './deployment.ts';
import { errorFiles } from './error-files.ts';
import {
  connectionsSection,
  defaultsSection,
  errorsSection,
  failedSection,
  frontendSection,
  globalSection,
  internalSection,
  lastRulesSection,
  loopSection,
  resolversSection,
} from './frame.ts';
import { hostNames } from './host-names.ts';
import type { TranslatedHost } from './host-names.ts';
import { PATTERN_MAPS, patternKey, patternMap } from './route-pattern.ts';
import type { UpstreamMaps } from './upstream-maps.ts';
import { passwordCheck, userListOf } from './user-lists.ts';
import type { UserList } from './user-lists.ts';

/** What is translated by now, to be put together. */
export interface TreeParts {
  readonly deployment: Deployment;
  readonly hosts: readonly TranslatedHost[];
  readonly upstreams: readonly UpstreamMaps[];
  readonly certificates: CertificateTree;
}

/** Puts a configuration together. */
export function treeOf({ deployment, hosts, upstreams, certificates }: TreeParts): HaproxyTree {
  const users = userLists(hosts);
  const sections = users.flatMap(({ section }) => section ?? []);
  const classes = classesOf(upstreams);
  return {
    frame: [
      globalSection(deployment),
      errorsSection,
      defaultsSection(deployment),
      resolversSection,
      ...classes.map((one) => classSection(one, deployment.version)),
      ...sections,
      frontendSection(deployment),
      ...users.flatMap(({ key, section }) => (section === undefined ? [] : passwordCheck(key))),
      lastRulesSection,
      internalSection(deployment),
      loopSection,
      failedSection,
      connectionsSection,
    ],
    secret: new Set(sections.map(({ label }) => label)),
    backends: [...upstreams.map(({ backend }) => backend), ...spares(classes, deployment)].toSorted(byName),
    maps: mapsOf(hosts, upstreams, users),
    certificates: certificates.certificates,
    certificateLines: certificates.lines,
    askers: askersOf(hosts, classes),
    files: uniqueFiles([...errorFiles, ...certificates.files, ...upstreams.flatMap(({ files }) => files)]),
  };
}

/** In the order in which they are filled: who is named is there before whoever names it. */
function mapsOf(hosts: readonly TranslatedHost[], upstreams: readonly UpstreamMaps[], users: readonly UserList[]): readonly MapFile[] {
  const names = hostNames(hosts);
  const records = [
    ...upstreams.flatMap((one) => one.records),
    ...hosts.flatMap(({ maps }) => maps.records),
    ...(names.others?.entries ?? []),
  ];
  return [
    { name: 'backends', entries: new Map(), runtime: true },
    { name: 'users', entries: new Map(users.flatMap(({ entries }) => entries)) },
    { name: 'records', entries: new Map(records) },
    { name: 'upstreams', entries: new Map(upstreams.map(({ entry }) => entry)) },
    { name: 'routes', entries: new Map(hosts.flatMap(({ maps }) => maps.routes)) },
    ...patternMaps(hosts),
    { name: 'hosts', entries: new Map(names.entries) },
  ];
}

/** The first route with an expression is the one that counts. */
function patternMaps(hosts: readonly TranslatedHost[]): readonly MapFile[] {
  const maps = Array.from({ length: PATTERN_MAPS }, () => new Map<string, string>());
  for (const { maps: host } of hosts) {
    const map = maps[patternMap(host.digest)];
    for (const pattern of host.patterns) {
      const key = patternKey(host.digest, pattern);
      if (map?.has(key) === false) map.set(key, `${pattern.position},${pattern.plan}`);
    }
  }
  return maps.map((entries, number) => ({ name: `patterns-${number}`, entries, ordered: true }));
}

function userLists(hosts: readonly TranslatedHost[]): readonly UserList[] {
  const lists = new Map<string, UserList>();
  for (const { host } of hosts)
    for (const route of host.routes) {
      const list = userListOf(route);
      if (list !== undefined) lists.set(list.key, list);
    }
  return [...lists.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** Those in use, and the usual one, so that the first upstream needs no reload. */
function classesOf(upstreams: readonly UpstreamMaps[]): readonly BackendClass[] {
  const all = [usualClass, ...upstreams.map((one) => one.class)];
  return [...new Map(all.map((one) => [one.key, one])).values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** Many objects may ask for the same way; what HAProxy does not like about it is the fault of each. */
function askersOf(hosts: readonly TranslatedHost[], classes: readonly BackendClass[]): HaproxyTree['askers'] {
  const ways = new Map<string, Origin[]>();
  for (const { maps } of hosts)
    for (const { way } of maps.demands) {
      if (way.from === undefined) continue;
      const known = ways.get(way.key);
      if (known === undefined) ways.set(way.key, [way.from]);
      else known.push(way.from);
    }
  return new Map(classes.map((one) => [one.key, ways.get(one.way.key) ?? []]));
}

/** Backends that new upstreams can take without a reload. */
function spares(classes: readonly BackendClass[], { settings: { spareBackends } }: Deployment): readonly BackendSection[] {
  return classes.flatMap((one) =>
    Array.from({ length: spareBackends }, (_, index) => {
      const name = `spare_${one.key}_${index}`;
      const tree: SectionTree = { label: `spare backend ${name}`, head: backendHead(name, one), lines: backendLines };
      return printBackend(tree, { name, class: one.key, dynamic: true, servers: [], spare: true });
    }),
  );
}

function uniqueFiles(files: readonly GeneratedFile[]): readonly GeneratedFile[] {
  return [...new Map(files.map((file) => [file.path, file])).values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function byName(a: BackendSection, b: BackendSection): number {
  return a.name < b.name ? -1 : 1;
}
