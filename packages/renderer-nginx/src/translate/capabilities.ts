/** What the nginx that was found can do: decides which directives are used. */
export interface Capabilities {
  /** Such as `1.22.1`. */
  readonly version: string;
  /** Lua with lua-resty-core: endpoints and certificates change without a reload. Why not, where it is not there. */
  readonly lua: { readonly found: true; readonly modules: readonly string[] } | { readonly found: false; readonly because: string };
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
  http2: true,
  stubStatus: true,
  authRequest: true,
};
