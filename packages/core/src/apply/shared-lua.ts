/** The Lua that every data plane with Lua runs (`sluice/*.lua` below it), beside modules of its own; found from `src` and from `dist` alike. */
export const sharedLuaFolder: URL = new URL('../../src/lua/', import.meta.url);
