/** A module that an nginx may have, with the files to load; why not, where it is not there. */
export type OptionalModule =
  | { readonly found: true; readonly modules: readonly string[] }
  | { readonly found: false; readonly because: string };

/** What the nginx that was found can do: decides which directives are used. */
export interface Capabilities {
  /** Such as `1.22.1`. */
  readonly version: string;
  /** Lua with lua-resty-core: endpoints and certificates change without a reload. */
  readonly lua: OptionalModule;
  /** TCP and UDP. */
  readonly stream: OptionalModule;
  /** Endpoints of TCP and UDP may be told the client of whom a header of the PROXY protocol told. */
  readonly streamRealIp: boolean;
  /** `brotli`. */
  readonly brotli: OptionalModule;
  /** The HTTP/2 module. */
  readonly http2: boolean;
  /** `stub_status`. */
  readonly stubStatus: boolean;
  /** `auth_request`. */
  readonly authRequest: boolean;
}

/** What is written for where there is no nginx to ask. */
export const assumedCapabilities: Capabilities = {
  version: '1.22.1',
  lua: { found: true, modules: ['/usr/lib/nginx/modules/ndk_http_module.so', '/usr/lib/nginx/modules/ngx_http_lua_module.so'] },
  stream: { found: true, modules: ['/usr/lib/nginx/modules/ngx_stream_module.so'] },
  streamRealIp: true,
  brotli: { found: true, modules: ['/usr/lib/nginx/modules/ngx_http_brotli_filter_module.so'] },
  http2: true,
  stubStatus: true,
  authRequest: true,
};

/** Whether a version is this one or a later one. */
export function isAtLeast(version: string, [major, minor, patch]: readonly [number, number, number]): boolean {
  const [a = 0, b = 0, c = 0] = version.split('.').map(Number);
  if (a !== major) return a > major;
  return b === minor ? c >= patch : b > minor;
}
