import type { Renderer } from '../translate/renderer.ts';
import type { Dataplane } from './dataplane.ts';
import type { Reloader } from './reloader.ts';

/** The unit that configuration swaps: how one kind of proxy is configured, reloaded and kept running. */
export interface Backend<Tree = unknown> {
  readonly renderer: Renderer<Tree>;
  readonly reloader: Reloader;
  readonly dataplane: Dataplane;
}
