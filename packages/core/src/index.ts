export { problems, SluiceError, isSluiceError, messageOf } from './errors.ts';
export type { ProblemCode } from './errors.ts';

export { builtIn, formatObject } from './model/origin.ts';
export type { ObjectRef, Origin } from './model/origin.ts';
export { endpointKey } from './model/endpoint.ts';
export type { Endpoint } from './model/endpoint.ts';
export type { Upstream } from './model/upstream.ts';
export type { HostMatch, PathMatch } from './model/match.ts';
export type { Redirect } from './model/redirect.ts';
export type { HttpsRedirectPolicy, Policy } from './model/policy.ts';
export type { Route, RouteAction } from './model/route.ts';
export type { VirtualHost, VirtualHostTls } from './model/virtual-host.ts';
export { KeyMaterial } from './model/key-material.ts';
export type { Certificate } from './model/certificate.ts';
export type { Listener } from './model/listener.ts';
export type { RoutingModel } from './model/routing-model.ts';

export { evaluate } from './evaluate/evaluate.ts';
export type { Decision, Reason } from './evaluate/evaluate.ts';
export { compileRoutes } from './evaluate/compile.ts';
export type { RouteTable } from './evaluate/compile.ts';
export { canonicalHost } from './evaluate/canonical-host.ts';
export { wildcardAbove } from './evaluate/match.ts';
export { normalizePath, splitTarget } from './evaluate/normalize-path.ts';
export type { RoutedRequest } from './evaluate/request.ts';
export type { Verdict } from './evaluate/verdict.ts';

export type { Renderer, Translation } from './translate/renderer.ts';
export type { Artifact, ArtifactFile } from './render/artifact.ts';
export type { Culprit, Validation } from './validate/validation.ts';
export type { Generation, Reloader } from './apply/reloader.ts';
export type { ApplyOutcome } from './apply/apply-outcome.ts';
export type { Dataplane, DataplaneHealth, DataplaneStats } from './apply/dataplane.ts';
export type { Backend } from './apply/backend.ts';

export { diagnose, formatDiagnostic } from './observe/diagnostic.ts';
export type { Diagnostic, Severity } from './observe/diagnostic.ts';
export { silentLogger } from './observe/logger.ts';
export type { LogFields, Logger } from './observe/logger.ts';

export { ModelBuilder } from './model/build/build-model.ts';
export type { BuiltModel } from './model/build/build-model.ts';
export { defaultModelOptions } from './model/build/model-options.ts';
export type { ModelOptions } from './model/build/model-options.ts';

export type { Sink, SourceChange, Watcher } from './watch/watcher.ts';
export type { Snapshot } from './watch/snapshot.ts';
export type { WatchedKind, WatchedKinds, WatchedObject } from './watch/object.ts';
export { SnapshotStore } from './watch/snapshot-store.ts';
export { kindUse } from './watch/kind-use.ts';
export { refOf } from './watch/parse-object.ts';

export { coreVersion } from './version.ts';
export { parseOptions } from './config/options.ts';
export { didYouMean } from './config/suggestion.ts';
export { parseListenAddress } from './config/listen-address.ts';
export type { ListenAddress } from './config/listen-address.ts';
export { createToken } from './plugin/token.ts';
export type { Factory, Services, Token } from './plugin/token.ts';
export { definePlugin, isPlugin } from './plugin/plugin.ts';
export type { ConfiguredPlugin, LifeCycleHook, Plugin, PluginDefinition, PluginHost } from './plugin/plugin.ts';
export type { AdminAnswer, AdminRoute } from './plugin/admin-route.ts';
export { AdminRoutesToken, ControllerViewToken, DataDirectoryToken, ListenToken, LoggerToken } from './plugin/core-tokens.ts';
export type { ListenAddresses } from './plugin/core-tokens.ts';
export type { ControllerStatus, ControllerView } from './plugin/controller-view.ts';
export { createController } from './plugin/controller.ts';
export type { Controller } from './plugin/controller.ts';
export type { ControllerOptions, LifeCycleLimits } from './plugin/controller-options.ts';
export type { CoalescerOptions } from './pipeline/coalescer.ts';
export { countBySeverity } from './observe/diagnostic.ts';
export { spanNames } from './observe/span-names.ts';
export { digestOf } from './model/digest.ts';
export { createDefaultCertificate } from './apply/default-certificate.ts';
export type { KeyPair } from './apply/default-certificate.ts';
export { explain } from './evaluate/explain.ts';
export type { WrittenRequest } from './evaluate/request-of.ts';
export type { Explanation } from './evaluate/explanation.ts';
export { createBackend } from './plugin/create-backend.ts';
