import { existsSync, readFileSync } from 'node:fs';
import { readLuaFiles } from '@sluice/core';
import type { HaproxyOptions } from '../options.ts';
import type { HaproxyTree } from '../render/haproxy-tree.ts';
import { renderHaproxy } from '../render/render-haproxy.ts';
import { bootstrapTree } from '../translate/bootstrap.ts';
import type { Deployment } from '../translate/deployment.ts';
import { HaproxyRenderer } from '../translate/haproxy-renderer.ts';
import type { Surroundings, TableMaker } from './haproxy-backend.ts';
import { tableOf } from './haproxy-runtime.ts';

/** From `src` and from `dist` alike. */
const LUA = new URL('../../src/lua/', import.meta.url);

/** The version that is assumed where there is no HAProxy to ask. */
const ASSUMED_VERSION = '2.6.0';

/** What makes tables for an HAProxy on this machine. */
export function tableMaker({ haproxy, addresses, user, logsRequests }: Surroundings, options: HaproxyOptions): TableMaker<HaproxyTree> {
  const mostFiles = fileLimit();
  const deployment: Deployment = {
    version: haproxy?.capabilities.version ?? ASSUMED_VERSION,
    ...addresses,
    ipv6: existsSync('/proc/net/if_inet6'),
    ...(user && { user: { name: user.name, group: user.group } }),
    ...(mostFiles !== undefined && { mostFiles }),
    settings: options,
    logsRequests,
  };
  return {
    renderer: new HaproxyRenderer(deployment),
    bootstrap: () => tableOf(renderHaproxy(bootstrapTree(deployment))),
    lua: readLuaFiles(LUA).map(({ path, content }) => ({ path, content: Buffer.from(content, 'utf8').toString('latin1') })),
  };
}

/** The most files that a process started by this one may have open; undefined where nobody knows, or there is no limit. */
function fileLimit(): number | undefined {
  try {
    const limit = /^Max open files\s+\S+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}
