import { Remembered } from '@sluice/core';
import type { Origin, ServingSettings } from '@sluice/core';
import type { BackendSection, GeneratedFile, MapFile } from '../render/haproxy-table.ts';
import type { HaproxyTree } from '../render/haproxy-tree.ts';
import type { SectionTree } from '../render/line.ts';
import { printBackend } from '../render/print.ts';
import { backendHead, backendLines, classSection, usualClass } from './backend-class.ts';
import type { BackendClass } from './backend-class.ts';
import { requestRing } from './access-log.ts';
import type { CertificateTree } from './certificate-lines.ts';
import { httpsPortOf } from './deployment.ts';
import type { Deployment } from './deployment.ts';
import { errorFiles } from './error-files.ts';
import { connectionsSection, failedSection, frontendSection, lastRulesSection } from './client-frontend.ts';
import { internalSection, loopSection } from './internal-frontend.ts';
import { defaultsSection, errorsSection, globalSection, resolversSection } from './process-sections.ts';
import { settingsRecord } from './forwarded-headers.ts';
import type { TranslatedHost } from './host-names.ts';
import { MapFiles } from './map-files.ts';
import type { MapRecord } from './record.ts';
import type { StreamTree } from './streams.ts';
import { transportFiles } from './transport-security.ts';
import type { UpstreamMaps } from './upstream-maps.ts';
import { passwordCheck, userListOf } from './user-lists.ts';
import type { UserList } from './user-lists.ts';

/** What is translated by now, to be put together. */
export interface TreeParts {
  readonly deployment: Deployment;
  /** What holds for every request. */
  readonly settings: ServingSettings;
  readonly hosts: readonly TranslatedHost[];
  readonly upstreams: readonly UpstreamMaps[];
  readonly certificates: CertificateTree;
  readonly streams: StreamTree;
}

/** Puts configurations together. What is the same as last time is the same object. */
export class TreeMaker {
  readonly #maps = new MapFiles();
  readonly #users = new Remembered<readonly UserList[]>();
  readonly #spares = new Remembered<readonly BackendSection[]>();

  make({ deployment, settings, hosts, upstreams, certificates, streams }: TreeParts): HaproxyTree {
    const users = this.#users.of(
      hosts.map(({ host }) => host),
      () => userLists(hosts),
    );
    const classes = classesOf(upstreams);
    const spare = this.#spares.of([deployment, ...classes.map(({ key }) => key)], () => spares(classes, deployment));
    const trust = settingsRecord(settings, httpsPortOf(deployment))?.entries ?? noEntries;
    const maps = this.#maps.of(hosts, upstreams, { users, more: trust });
    return treeOf({ deployment, settings, hosts, upstreams, certificates, streams }, { users, classes, spare, maps });
  }
}

const noEntries: MapRecord['entries'] = [];

interface MadeParts {
  readonly users: readonly UserList[];
  readonly classes: readonly BackendClass[];
  readonly spare: readonly BackendSection[];
  readonly maps: readonly MapFile[];
}

function treeOf(
  { deployment, settings, hosts, upstreams, certificates, streams }: TreeParts,
  { users, classes, spare, maps }: MadeParts,
): HaproxyTree {
  const sections = users.flatMap(({ section }) => section ?? []);
  return {
    frame: [
      globalSection(deployment, settings),
      errorsSection,
      defaultsSection(deployment, settings),
      resolversSection,
      ...classes.map((one) => classSection(one, deployment.version, settings)),
      ...sections,
      ...(deployment.logsRequests ? [requestRing] : []),
      frontendSection(deployment, settings),
      ...users.flatMap(({ key, section }) => (section === undefined ? [] : passwordCheck(key))),
      lastRulesSection(settings),
      internalSection(deployment),
      loopSection,
      failedSection,
      connectionsSection,
      ...streams.frame,
    ],
    secret: new Set(sections.map(({ label }) => label)),
    backends: [...upstreams.map(({ backend }) => backend), ...streams.backends, ...spare],
    maps,
    certificates: certificates.certificates,
    certificateLines: certificates.lines,
    accessLog: settings.accessLog,
    askers: askersOf(hosts, classes),
    files: uniqueFiles([
      ...errorFiles,
      ...transportFiles(settings.transportSecurity),
      ...certificates.files,
      ...upstreams.flatMap(({ files }) => files),
    ]),
  };
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
