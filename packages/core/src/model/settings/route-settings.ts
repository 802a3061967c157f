import type { Policy } from '../policy/policy.ts';
import { headerLinesGroup } from './header-lines.ts';
import { proxyStatusesGroup } from './proxy-statuses.ts';
import type { SettingValues } from './setting.ts';

/** What holds for every route, and is read into routes. The same object as long as nothing of it changes. */
export interface RouteSettings {
  readonly policies: readonly Policy[];
  /** The status of redirects to HTTPS, and between a host and the same with www. */
  readonly redirectStatus: number;
}

/** What the groups make of the values. */
export function routeSettings(values: SettingValues): RouteSettings {
  return { policies: headerLinesGroup.read(values), redirectStatus: proxyStatusesGroup.read(values).redirect };
}
