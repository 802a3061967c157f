import { HistogramLayout } from '@sluice/core';
import type { ClientConnections, ServingSettings } from '@sluice/core';
import { block, directive, literal, luaBlock, variable } from '../render/directive.ts';
import type { Directive } from '../render/directive.ts';
import { logging } from './access-log.ts';
import { blockMaps } from './blocks.ts';
import { compression, compressionModules } from './compression.ts';
import { forwardedDirectives } from './forwarded.ts';
import { httpVariables } from './http-variables.ts';
import { hasHttp2Directive } from './listen.ts';
import { standardRequestHeaders } from './request-headers.ts';
import type { Deployment } from './surroundings.ts';
import { isLive } from './surroundings.ts';
import { livePool } from './upstream-pass.ts';

/** Directives outside of the http block. */
export function mainDirectives(deployment: Deployment, serving: ServingSettings): readonly Directive[] {
  const { capabilities, user, settings, processes } = deployment;
  const luaModules = capabilities.lua.found ? capabilities.lua.modules : [];
  return [
    ...[...luaModules, ...compressionModules(serving.compression, deployment)].map((module) => directive('load_module', module)),
    ...(user === undefined ? [] : [directive('user', ...user.split(' '))]),
    directive('daemon', 'off'),
    directive('worker_processes', settings.workers),
    directive('worker_shutdown_timeout', `${settings.workerShutdownTimeoutMs}ms`),
    ...(processes?.openFiles === undefined ? [] : [directive('worker_rlimit_nofile', processes.openFiles)]),
    ...(processes?.cpuAffinity === undefined ? [] : [directive('worker_cpu_affinity', ...processes.cpuAffinity.split(' '))]),
    directive('pid', 'run/nginx.pid'),
    directive('error_log', 'run/error.log', 'notice'),
    block(
      'events',
      [],
      [
        directive('worker_connections', settings.workerConnections),
        directive('multi_accept', processes?.multiAccept === false ? 'off' : 'on'),
      ],
    ),
  ];
}

/** Directives of the http block that are the same for every host. */
export function httpDirectives(deployment: Deployment, settings: ServingSettings): readonly Directive[] {
  return [
    ...folders(),
    ...limits(deployment),
    ...clientLimits(deployment, settings.clients),
    ...(hasHttp2Directive(deployment) ? [directive('http2', 'on')] : []),
    ...compression(settings.compression, deployment),
    strictTransport,
    ...logging(deployment, settings.accessLog),
    ...forwardedDirectives(settings, deployment),
    ...httpVariables(settings),
    ...blockMaps(settings),
    ...clientHeaders(settings),
    ...proxying(deployment, settings),
    ...settings.answerHeaders.hidden.map((name) => directive('proxy_hide_header', name)),
    ...(settings.answerHeaders.server === 'upstream' ? [directive('proxy_pass_header', 'Server')] : []),
    ...(isLive(deployment) ? lua(deployment) : []),
  ];
}

function folders(): readonly Directive[] {
  return ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => directive(`${name}_temp_path`, `temp/${name}`));
}

/** Which header lines of clients count. */
function clientHeaders({ clientHeaders: { names } }: ServingSettings): readonly Directive[] {
  return [
    ...(names === 'underscores' ? [directive('underscores_in_headers', 'on')] : []),
    ...(names === 'any' ? [directive('ignore_invalid_headers', 'off')] : []),
  ];
}

function limits({ settings: { keepAlive }, processes }: Deployment): readonly Directive[] {
  return [
    directive('server_tokens', 'off'),
    // Variables of locations are empty in others.
    directive('uninitialized_variable_warn', 'off'),
    directive('default_type', processes?.defaultType ?? 'text/html'),
    directive('port_in_redirect', 'off'),
    directive('client_max_body_size', '1m'),
    directive('keepalive_timeout', `${keepAlive.clientMs}ms`),
    directive('keepalive_requests', keepAlive.clientRequests),
    directive('reset_timedout_connection', 'on'),
    directive('tcp_nopush', 'on'),
    directive('server_names_hash_max_size', 65_536),
    directive('server_names_hash_bucket_size', 512),
    directive('variables_hash_max_size', 65_536),
    directive('variables_hash_bucket_size', 256),
    directive('map_hash_max_size', 65_536),
    directive('map_hash_bucket_size', 1024),
    directive('proxy_headers_hash_max_size', 1024),
    directive('proxy_headers_hash_bucket_size', 256),
  ];
}

/** What a connection of a client may take. */
function clientLimits({ capabilities }: Deployment, clients: ClientConnections): readonly Directive[] {
  const { headerMs = 60_000, bodyMs = 60_000, headerBuffers: buffers, headerBufferBytes, http2Streams } = clients;
  return [
    directive('client_header_timeout', `${headerMs}ms`),
    directive('client_body_timeout', `${bodyMs}ms`),
    directive('large_client_header_buffers', buffers?.count ?? 4, buffers === undefined ? '8k' : buffers.bytes),
    ...(headerBufferBytes === undefined ? [] : [directive('client_header_buffer_size', headerBufferBytes)]),
    ...(capabilities.http2 && http2Streams !== undefined ? [directive('http2_max_concurrent_streams', http2Streams)] : []),
  ];
}

/** Said with every answer over TLS; to be said again where a location adds headers of its own, which replace those of the http block. */
export const strictTransport: Directive = directive('add_header', 'Strict-Transport-Security', variable('sluice_hsts'), 'always');

function proxying(deployment: Deployment, settings: ServingSettings): readonly Directive[] {
  return [
    ...standardRequestHeaders(settings),
    directive('proxy_http_version', '1.1'),
    directive('proxy_connect_timeout', '5s'),
    directive('proxy_send_timeout', '60s'),
    directive('proxy_read_timeout', '60s'),
    directive('proxy_buffering', 'off'),
    directive('proxy_buffer_size', '64k'),
    directive('proxy_buffers', 4, '64k'),
    directive('proxy_busy_buffers_size', '128k'),
    directive('proxy_request_buffering', 'on'),
    directive('proxy_next_upstream', 'error', 'timeout'),
    directive('proxy_next_upstream_tries', 3),
    directive('proxy_redirect', 'off'),
    directive('proxy_hide_header', 'Strict-Transport-Security'),
    directive('proxy_ignore_headers', 'X-Accel-Redirect', 'X-Accel-Limit-Rate', 'X-Accel-Charset', 'X-Accel-Buffering', 'X-Accel-Expires'),
    directive('proxy_ssl_server_name', 'off'),
    directive('proxy_ssl_session_reuse', 'on'),
    ...(deployment.resolvers.length === 0 ? [] : [directive('resolver', ...deployment.resolvers, 'valid=30s')]),
  ];
}

function lua(deployment: Deployment): readonly Directive[] {
  return [
    directive('lua_package_path', './current/lua/?.lua;;'),
    directive('lua_shared_dict', 'sluice_live', deployment.settings.sharedMemory),
    directive('lua_regex_match_limit', 1_000_000),
    directive('lua_regex_cache_max_entries', 16_384),
    directive('lua_transform_underscores_in_response_headers', 'off'),
    directive('lua_shared_dict', 'sluice_workers', '256k'),
    ...(deployment.counted === undefined ? [] : [directive('lua_shared_dict', 'sluice_counts', '16m')]),
    luaBlock('init_by_lua_block', `require("sluice.init")${countSetup(deployment)}`),
    luaBlock('rewrite_by_lua_block', 'require("sluice.route").rewrite()'),
    luaBlock('header_filter_by_lua_block', 'require("sluice.answer").filter()'),
    luaBlock('log_by_lua_block', 'require("sluice.balance").log()'),
    livePool('sluice', deployment),
  ];
}

/** Bounds of what is counted, in the order of `HistogramLayout`. */
function countSetup({ counted }: Deployment): string {
  if (counted === undefined) return '';
  const bounds = new HistogramLayout(counted).histograms.map((histogram) => `{ ${histogram.bounds.join(', ')} }`);
  return ` require("sluice.count").setup({ ${bounds.join(', ')} })`;
}

/** What depends on the digest of all the rest: workers that know their generation, and the socket on which the controller asks for it. */
export function control(deployment: Deployment, digest: string): readonly Directive[] {
  const workers = [
    luaBlock('init_worker_by_lua_block', `require("sluice.worker").start("${digest}")`),
    luaBlock('exit_worker_by_lua_block', 'require("sluice.worker").stop()'),
  ];
  return [...(isLive(deployment) ? workers : []), controlServer(deployment, digest)];
}

function controlServer(deployment: Deployment, digest: string): Directive {
  const phases = ['rewrite_by_lua_block', 'header_filter_by_lua_block', 'log_by_lua_block'];
  const noPlan = isLive(deployment) ? phases.map((phase) => luaBlock(phase, '')) : [];
  const content = (path: string, code: string): Directive => block('location', ['=', path], [luaBlock('content_by_lua_block', code)]);
  const live = [
    content('/live', 'require("sluice.control").live()'),
    content('/drain', 'require("sluice.control").drain()'),
    content('/counts', 'require("sluice.control").counts()'),
    content('/workers', 'require("sluice.control").workers()'),
  ];
  return {
    ...block(
      'server',
      [],
      [
        directive('listen', 'unix:run/control.sock'),
        // Variables are known when something sets them, also where no location does.
        ...(isLive(deployment) ? ['sluice_upstream', 'sluice_canary'] : ['sluice_canary']).map((name) =>
          directive('set', variable(name), literal('')),
        ),
        directive('set', variable('sluice_rule'), literal('')),
        directive('client_max_body_size', 0),
        directive('client_body_buffer_size', '8m'),
        directive('access_log', 'off'),
        ...noPlan,
        block('location', ['=', '/generation'], [directive('return', 200, literal(digest))]),
        ...(deployment.capabilities.stubStatus ? [block('location', ['=', '/stub'], [directive('stub_status')])] : []),
        ...(isLive(deployment) ? live : []),
        block('location', ['/'], [directive('return', 404)]),
      ],
    ),
    comment: 'for the controller',
  };
}
