import { EchoUpstream } from './echo-upstream.ts';
import { endpointSlice } from './manifest.ts';
import type { TemporaryFolder } from './temporary-folder.ts';

/** Three endpoints of the Service `web`, of which it has one or two at a time, each in a slice of its own. */
export class ChangingEndpoints {
  readonly upstreams: readonly EchoUpstream[];
  readonly #folder: TemporaryFolder;

  private constructor(folder: TemporaryFolder, upstreams: readonly EchoUpstream[]) {
    this.#folder = folder;
    this.upstreams = upstreams;
  }

  static async start(folder: TemporaryFolder): Promise<ChangingEndpoints> {
    const endpoints = new ChangingEndpoints(folder, await Promise.all(['one', 'two', 'three'].map((name) => EchoUpstream.start(name))));
    endpoints.write(0);
    return endpoints;
  }

  /** One of the endpoints after the other, one at a time or two. */
  write(step: number): void {
    this.serve(this.upstreams.filter((_, index) => index === step % 3 || (step % 2 === 0 && index === (step + 1) % 3)));
  }

  /** These and no others. */
  serve(upstreams: readonly EchoUpstream[]): void {
    const slices = upstreams.map(({ port }, index) => renamed(endpointSlice('web', { port }), `web-${index}`));
    this.#folder.writeObjects('manifests/endpoints.yaml', slices);
  }

  async close(): Promise<void> {
    await Promise.all(this.upstreams.map((upstream) => upstream.close()));
  }
}

function renamed(object: object, name: string): object {
  const { metadata, ...rest } = object as { readonly metadata: object };
  return { ...rest, metadata: { ...metadata, name } };
}
