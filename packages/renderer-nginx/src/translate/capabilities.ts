/** What the nginx that was found can do: decides which directives are used. */
export interface Capabilities {
  /** Such as `1.22.1`. */
  readonly version: string;
  /** Lua with lua-resty-core: endpoints and certificates change without a reload. Why not, where it is not there. */
  readonly lua: { readonly found: true; readonly modules: readonly string[] } | { readonly found: false; readonly because: string };
  readonly http2: boolean;
}
