export { binaryText } from './binary-text.ts';
export { problems, SluiceError, isSluiceError, messageOf } from './errors.ts';
export type { ProblemCode } from './errors.ts';

export { builtIn, formatObject } from './model/origin.ts';
export type { ObjectRef, Origin } from './model/origin.ts';
export { endpointKey } from './model/endpoint.ts';
export type { Endpoint } from './model/endpoint.ts';
export type { Upstream } from './model/upstream.ts';
export type { AffinityCookie, CookieAffinity } from './model/affinity.ts';
export type { Balancing } from './model/balancing.ts';
export type { Canary, CanaryHeaderRule, CanaryRules } from './model/canary.ts';
export type { UpstreamTls } from './model/upstream-tls.ts';
export type { BackendProtocolPolicy } from './model/policy/backend-protocol.ts';
export type { NextUpstreamPolicy, TryFailure } from './model/policy/next-upstream.ts';
export type { SessionCookiePolicy } from './model/policy/session-cookie.ts';
export type { UpstreamHttpVersionPolicy } from './model/policy/upstream-http-version.ts';
export type { UpstreamTimeoutsPolicy } from './model/policy/upstream-timeouts.ts';
export type { UpstreamTlsPolicy } from './model/policy/upstream-tls.ts';
export type { HostMatch, PathMatch } from './model/match.ts';
export type { Redirect, RedirectLocation, RedirectStyle } from './model/redirect.ts';
export { policyOf } from './model/policy/policy.ts';
export type { Policy } from './model/policy/policy.ts';
export type { HttpsRedirectPolicy } from './model/policy/https-redirect.ts';
export type { ErrorPagesPolicy } from './model/policy/error-pages.ts';
export type { MirrorPolicy } from './model/policy/mirror.ts';
export type { BodyLimitPolicy } from './model/policy/body-limit.ts';
export type { UpstreamConnectionPolicy } from './model/policy/upstream-connection.ts';
export type { UpstreamHostPolicy } from './model/policy/upstream-host.ts';
export type { RequestHeadersPolicy } from './model/policy/request-headers.ts';
export type { RequestBufferingPolicy } from './model/policy/request-buffering.ts';
export type { ResponseHeadersPolicy } from './model/policy/response-headers.ts';
export type { CookieDomainPolicy, CookiePathPolicy, LocationRewritePolicy, ValueRewrite } from './model/policy/value-rewrite.ts';
export { changesValues, valueChanges } from './evaluate/value-rewrites.ts';
export type { ValueChange } from './evaluate/value-rewrites.ts';
export type { HeaderTemplate, HostHeadersPolicy, SnippetCondition, SnippetPolicy, SnippetStep } from './model/policy/snippet.ts';
export type { CorsPolicy } from './model/policy/cors.ts';
export type { BasicAuthPolicy } from './model/policy/basic-auth.ts';
export type { CacheDuration, ExternalAuthPolicy } from './model/policy/external-auth.ts';
export type { LimitPolicy, RequestRate } from './model/policy/limit.ts';
export type { SatisfyAnyPolicy } from './model/policy/satisfy.ts';
export type { SourceRangePolicy } from './model/policy/source-range.ts';
export type { ClientAuth, ClientAuthUnusable, ClientVerification } from './model/client-auth.ts';
export type { ClientCertificate, ClientTls } from './evaluate/client-auth.ts';
export { addressRanges, hasAddress } from './evaluate/address-set.ts';
export type { AddressRanges } from './evaluate/address-set.ts';
export { affinityKey } from './evaluate/affinity-key.ts';
export type { AffinityKey } from './evaluate/affinity-key.ts';
export { expandVariables } from './evaluate/expand-variables.ts';
export type { VariableSource } from './evaluate/expand-variables.ts';
export { isKnownVariable } from './model/variable-text.ts';
export type { VariableText } from './model/variable-text.ts';
export type { RewritePolicy } from './model/policy/rewrite.ts';
export type { Route, RouteAction } from './model/route.ts';
export type { RouteLabels } from './model/route-labels.ts';
export type { AppRoot, HostAliases, VirtualHost, VirtualHostTls } from './model/virtual-host.ts';
export { KeyMaterial } from './model/key-material.ts';
export type { Certificate } from './model/certificate.ts';
export { streamName } from './model/stream-service.ts';
export type { StreamService } from './model/stream-service.ts';
export type { Listener } from './model/listener.ts';
export type { RoutingModel } from './model/routing-model.ts';
export { settingGroups } from './model/settings/setting-groups.ts';
export type { SaidSetting, ServingSettings } from './model/settings/serving-settings.ts';
export { defaultServing } from './model/settings/read-serving.ts';
export type { AnySetting, SettingFacts, SettingGroup } from './model/settings/setting.ts';
export type { ClientConnections } from './model/settings/client-connections.ts';
export type { Processes } from './model/settings/processes.ts';
export type { StreamTimes } from './model/settings/stream-times.ts';
export type { Compression } from './model/settings/compression.ts';
export type { ProxyProtocol } from './model/settings/proxy-protocol.ts';
export type { UpstreamConnections } from './model/settings/upstream-connections.ts';
export { serverToken } from './model/settings/answer-headers.ts';
export type { AnswerHeaders } from './model/settings/answer-headers.ts';
export type { BlockPattern } from './model/settings/blocked-clients.ts';
export type { ForwardedTrust } from './model/settings/forwarded-trust.ts';
export type { StrictTransport } from './model/settings/strict-transport.ts';

export { evaluate } from './evaluate/evaluate.ts';
export { errorEdits, errorPageFor, errorPageOmits } from './evaluate/error-page.ts';
export { compilePattern } from './regex/compile.ts';
export type { CompiledPattern, PathPattern } from './regex/compile.ts';
export { mirrorOf } from './evaluate/mirror.ts';
export type { MirrorDestination } from './evaluate/mirror.ts';
export { bodyLimitOf } from './evaluate/body-limit.ts';
export type { Decision } from './evaluate/evaluate.ts';
export type { Reason } from './evaluate/reason.ts';
export { compileRoutes } from './evaluate/compile.ts';
export type { RouteTable } from './evaluate/compile.ts';
export { canonicalHost } from './evaluate/canonical-host.ts';
export { serverNameOf } from './evaluate/server-name.ts';
export type { TlsSessions, TransportSecurity } from './model/settings/transport-security.ts';
export { DEFAULT_NAME, certificateFor, certificateNames } from './evaluate/certificate-names.ts';
export type { CertificateNames } from './evaluate/certificate-names.ts';
export { hostRank, wildcardAbove } from './evaluate/match.ts';
export { normalizePath, splitTarget } from './evaluate/normalize-path.ts';
export type { RoutedRequest } from './evaluate/request.ts';
export { isFramingHeader } from './evaluate/header-edit.ts';
export type { HeaderEdit } from './evaluate/header-edit.ts';
export type { ForwardVerdict, RedirectVerdict, RespondVerdict, Rewritten, Verdict } from './evaluate/verdict.ts';

export { alike, commonFidelity, keysAbout } from './translate/common-fidelity.ts';
export { fidelityDiagnostics } from './translate/fidelity.ts';
export { asksForCertificates, clientSessionFidelity, sessionFindings, sharedSessions } from './translate/client-sessions.ts';
export { hashFindings } from './translate/hash-findings.ts';
export type { Fidelity, FidelityLevel, FidelityTable } from './translate/fidelity.ts';
export { annotationGroups, unsupportedAnnotations } from './model/annotations/registry.ts';
export type { AnnotationFacts, InvalidOutcome } from './model/annotations/annotation.ts';
export type { AnnotationGroup } from './model/annotations/contribution.ts';
export type { Renderer, Translation } from './translate/renderer.ts';
export { bencode, binary, byteString } from './translate/plan/bencode.ts';
export type { Bencodable } from './translate/plan/bencode.ts';
export { literalPattern, pcre } from './translate/plan/pcre.ts';
export type { PatternStyle } from './translate/plan/pcre.ts';
export { encodePlan, encodePlans, planKey } from './translate/plan/plan-encoding.ts';
export type { LocationPlan } from './translate/plan/location-plan.ts';
export { planPattern, planSteps, requestEdits } from './translate/plan/plan-step.ts';
export type { PlanCondition, PlanEdit, PlanPattern, PlanStep } from './translate/plan/plan-step.ts';
export { planText } from './translate/plan/plan-text.ts';
export type { PlanText, TextPlace } from './translate/plan/plan-text.ts';
export { routePlanOf } from './translate/plan/route-plan.ts';
export type { ActionPlan, PlanSurroundings, RoutePlan } from './translate/plan/route-plan.ts';
export { serverPlanOf } from './translate/plan/server-plan.ts';
export { upstreamRecord } from './translate/plan/upstream-record.ts';
export type { ServerPlan } from './translate/plan/server-plan.ts';
export type { Artifact, ArtifactFile } from './render/artifact.ts';
export type { Culprit, Validation } from './validate/validation.ts';
export type { Generation, Reloader } from './apply/reloader.ts';
export type { ApplyOutcome } from './apply/apply-outcome.ts';
export type { ConnectionStates, Dataplane, DataplaneHealth, DataplaneStats, ReloadFacts } from './apply/dataplane.ts';
export type { RunReport } from './pipeline/run-report.ts';
export type { Backend } from './apply/backend.ts';
export type { Admission } from './apply/admission.ts';
export { admitStreams, streamHosts } from './apply/stream-ports.ts';
export { isOwnAddress } from './apply/own-address.ts';
export { readLuaFiles, sharedLuaFolder } from './apply/shared-lua.ts';
export type { LuaFile } from './apply/shared-lua.ts';

export { diagnose, formatDiagnostic } from './observe/diagnostic.ts';
export type { Diagnostic, Severity } from './observe/diagnostic.ts';
export { silentLogger } from './observe/logger.ts';
export type { LogFields, Logger } from './observe/logger.ts';

export { ModelBuilder } from './model/build/build-model.ts';
export type { BuiltModel } from './model/build/build-model.ts';
export { defaultModelOptions } from './model/build/model-options.ts';
export type { ModelOptions, PathSemantics } from './model/build/model-options.ts';

export type { ChangeTime, Sink, SourceChange, Watcher } from './watch/watcher.ts';
export type { Snapshot } from './watch/snapshot.ts';
export type { WatchedKind, WatchedKinds, WatchedObject } from './watch/object.ts';
export { SnapshotStore } from './watch/snapshot-store.ts';
export { kindUse } from './watch/kind-use.ts';
export { refOf } from './watch/parse-object.ts';
export { namedObjects } from './model/build/named-objects.ts';

export { coreVersion } from './version.ts';
export { parseOptions } from './config/options.ts';
export { didYouMean } from './config/suggestion.ts';
export { parseListenAddress } from './config/listen-address.ts';
export type { ListenAddress } from './config/listen-address.ts';
export { createToken } from './plugin/token.ts';
export type { Factory, Services, Token } from './plugin/token.ts';
export { definePlugin, isPlugin } from './plugin/plugin.ts';
export type {
  AroundHook,
  ConfiguredPlugin,
  FoundProxy,
  LifeCycleHook,
  LifeCycleUndo,
  Plugin,
  PluginDefinition,
  PluginHost,
} from './plugin/plugin.ts';
export type { AdminAnswer, AdminRoute } from './plugin/admin-route.ts';
export {
  AdminRoutesToken,
  ControllerViewToken,
  MeasurementsToken,
  DataDirectoryToken,
  ListenToken,
  LoggerToken,
  RequestMetricsToken,
  RequestTracingToken,
} from './plugin/core-tokens.ts';
export type { ListenAddresses } from './plugin/core-tokens.ts';
export type { ControllerStatus, ControllerView } from './plugin/controller-view.ts';
export { createController } from './plugin/controller.ts';
export type { Controller } from './plugin/controller.ts';
export type { ControllerOptions, LifeCycleLimits } from './plugin/controller-options.ts';
export type { CoalescerOptions } from './pipeline/coalescer.ts';
export { countBySeverity } from './observe/diagnostic.ts';
export { requestSpanAttributes, spanAttributes, spanNames } from './observe/span-names.ts';
export { stage, traced } from './pipeline/stage.ts';
export type { StageFacts } from './pipeline/stage.ts';
export { asTold, believesOthers, toldAddresses, toldEdits, toldHost, toldScheme } from './evaluate/forwarded.ts';
export { digestOf } from './model/digest.ts';
export { Remembered } from './model/remembered.ts';
export { createDefaultCertificate } from './apply/default-certificate.ts';
export type { KeyPair } from './apply/default-certificate.ts';
export { explain } from './evaluate/explain.ts';
export type { WrittenRequest } from './evaluate/request-of.ts';
export { explainReport, explanationSchema } from './evaluate/explanation.ts';
export type { Explanation } from './evaluate/explanation.ts';
export { checkReport, diagnosticSchema } from './observe/diagnostic-schema.ts';
export { createBackend } from './plugin/create-backend.ts';

export { Serial } from './apply/process/serial.ts';
export { claimFolder, releaseFolder } from './apply/process/folder-owner.ts';
export { checkAddresses, rememberPorts, resolveAddresses, showAddress } from './apply/process/listen-addresses.ts';
export type { ResolvedAddresses } from './apply/process/listen-addresses.ts';
export { ensureDefaultCertificate } from './apply/process/default-certificate-files.ts';
export { GenerationFiles, syncFolder } from './apply/process/generation-files.ts';
export type { WrittenFile } from './apply/process/generation-files.ts';
export { GenerationFolders } from './apply/process/generation-folders.ts';
export type { FilledDraft, GenerationManifest } from './apply/process/generation-folders.ts';
export { HALF_MADE, makeFolder, reachableSocket, removeHalfMade } from './apply/process/private-folder.ts';
export { adoptMaster, startMaster } from './apply/process/master.ts';
export type { Master, MasterEnd } from './apply/process/master.ts';
export { Supervisor, servesOrEnds } from './apply/process/supervisor.ts';
export type { Supervised } from './apply/process/supervisor.ts';
export { NameEndpoints } from './apply/process/name-endpoints.ts';
export type { LookUp } from './apply/process/name-endpoints.ts';
export type { RequestTracing } from './observe/requests/request-tracing.ts';
export type { TracingSettings } from './model/settings/tracing.ts';
export { RequestMetrics } from './observe/requests/request-metrics.ts';
export type { CountedRequest, RequestMetricsOptions, RequestSeries } from './observe/requests/request-metrics.ts';
export { HistogramLayout, standardBuckets } from './observe/requests/histogram-layout.ts';
export type { RequestBuckets, RequestHistogram, RequestHistogramName, RequestMeasures } from './observe/requests/histogram-layout.ts';
export { parseRuleText, ruleText } from './observe/requests/rule-text.ts';
export { requestLabelNames, upstreamName } from './observe/requests/request-labels.ts';
export type { RequestLabels } from './observe/requests/request-labels.ts';
export type { RequestRecord, UpstreamTry } from './observe/requests/request-record.ts';
export { basicUser, isLogVariable } from './observe/requests/log-variables.ts';
export { accessLines } from './observe/requests/access-lines.ts';
export type { AccessLogSettings, SilentTarget } from './model/settings/access-log.ts';
export { compileLogFormat, parseLogFormat, standardLogFormat, standardLogText } from './observe/requests/log-format.ts';
export type { LogEscape, LogFormat, LogLine } from './observe/requests/log-format.ts';
export { LineTail } from './observe/process/line-tail.ts';
export { FileTail } from './observe/process/file-tail.ts';
export { findProgram } from './observe/process/find-program.ts';
export { LineTeller } from './observe/process/line-teller.ts';
export type { ToldLine } from './observe/process/line-teller.ts';
export {
  allEnded,
  allProcesses,
  childrenOf,
  isAlive,
  processInfo,
  processProgram,
  processTitle,
  runsIn,
  signalProcess,
} from './observe/process/process-info.ts';
export { processUsage } from './observe/process/process-usage.ts';
export type { ProcessUsage } from './observe/process/process-usage.ts';
export type { Measurement, MetricEntry, Sample } from './observe/measurement.ts';
export type { ProcessIdentity, ProcessInfo } from './observe/process/process-info.ts';
export { clientConnections, openPortsOf, portsOf } from './observe/process/tcp-sockets.ts';
export { workerUser } from './observe/process/worker-user.ts';
export type { WorkerUser } from './observe/process/worker-user.ts';
export { runTest } from './validate/process/test-run.ts';
export { makeScratchFolder } from './validate/process/scratch-folder.ts';
export { distinctCulprits } from './validate/distinct-culprits.ts';
export { shortened } from './apply/shortened-reasons.ts';
export { firstRefused } from './validate/process/first-refused.ts';
export type { FirstRefused } from './validate/process/first-refused.ts';
