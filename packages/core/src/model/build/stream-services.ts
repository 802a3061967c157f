import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { ConfigMap } from '../../watch/kinds/config-map.ts';
import type { Snapshot } from '../../watch/snapshot.ts';
import { builtIn } from '../origin.ts';
import type { Origin } from '../origin.ts';
import type { StreamService } from '../stream-service.ts';
import { streamName } from '../stream-service.ts';
import type { Upstream } from '../upstream.ts';
import { Remembered } from '../remembered.ts';
import type { ModelOptions } from './model-options.ts';
import { readStreamEntry } from './stream-entry.ts';
import type { StreamEntry } from './stream-entry.ts';
import { UpstreamBuilder } from './upstream-builder.ts';
import type { PlannedUpstream } from './upstream-plan.ts';

type Protocol = StreamService['protocol'];

/** An entry that can be served, if its Service has endpoints. */
interface PlannedStream {
  readonly entry: StreamEntry;
  readonly planned: PlannedUpstream;
  readonly from: Origin;
}

interface ReadConfigMap {
  readonly of: ConfigMap;
  readonly streams: readonly PlannedStream[];
  readonly diagnostics: readonly Diagnostic[];
}

interface BuiltStream {
  readonly by: PlannedStream;
  readonly service: StreamService;
}

/**
 * The services of the ConfigMaps that ingress-nginx's `--tcp-services-configmap` and `--udp-services-configmap` name. Entries that cannot be
 * served are left out alone, and told. What did not change keeps its identity.
 */
export class StreamServices {
  readonly #tcp: StreamsOf;
  readonly #udp: StreamsOf;
  readonly #all = new Remembered<readonly StreamService[]>();

  constructor(options: ModelOptions) {
    this.#tcp = new StreamsOf('tcp', options.tcpServices, options);
    this.#udp = new StreamsOf('udp', options.udpServices, options);
  }

  /** Sorted by protocol and port. */
  build(snapshot: Snapshot, diagnostics: Diagnostic[]): readonly StreamService[] {
    const all = [...this.#tcp.build(snapshot, diagnostics), ...this.#udp.build(snapshot, diagnostics)];
    return this.#all.of(all, () => all);
  }
}

class StreamsOf {
  readonly #protocol: Protocol;
  readonly #id: string;
  readonly #reserved: ReadonlySet<number>;
  readonly #upstreams: UpstreamBuilder;
  #read: ReadConfigMap | undefined;
  #built = new Map<string, BuiltStream>();

  constructor(protocol: Protocol, id: string, { reservedPorts, disableExternalName }: ModelOptions) {
    this.#protocol = protocol;
    this.#id = id;
    this.#reserved = new Set(reservedPorts);
    this.#upstreams = new UpstreamBuilder({ externalNames: !disableExternalName, protocol: protocol === 'tcp' ? 'TCP' : 'UDP' });
  }

  build(snapshot: Snapshot, diagnostics: Diagnostic[]): readonly StreamService[] {
    if (this.#id === '') return [];
    const configMap = snapshot.objects.ConfigMap.get(this.#id);
    if (configMap === undefined) {
      const what = `the ConfigMap ${this.#id} does not exist: no port is served by it`;
      diagnostics.push(diagnose('SLU1705', builtIn, what));
    }
    const { streams, diagnostics: found } = configMap === undefined ? nothing : this.#readOnce(configMap);
    diagnostics.push(...found);
    const plans = new Map(streams.map(({ planned }) => [planned.ref.id, planned]));
    const upstreams = new Map(this.#upstreams.build(plans, snapshot).map((built) => [built.planned.ref.id, built]));
    const next = new Map<string, BuiltStream>();
    for (const stream of streams) {
      const built = upstreams.get(stream.planned.ref.id);
      if (built === undefined) continue;
      diagnostics.push(...built.diagnostics.filter(({ code }) => code === 'SLU1306'));
      const service = this.#serviceOf(stream, built.upstream);
      if (service === undefined) diagnostics.push(this.#withoutEndpoint(stream, built.upstream));
      else next.set(stream.from.field, { by: stream, service });
    }
    this.#built = next;
    return [...next.values()].map(({ service }) => service);
  }

  #readOnce(configMap: ConfigMap): ReadConfigMap {
    if (this.#read?.of === configMap) return this.#read;
    return (this.#read = this.#readAll(configMap));
  }

  #readAll(configMap: ConfigMap): ReadConfigMap {
    const { metadata, data } = configMap;
    const object = { kind: 'ConfigMap', namespace: metadata.namespace, name: metadata.name };
    const diagnostics: Diagnostic[] = [];
    const known = new Map(this.#read?.streams.map((stream) => [keyOf(stream), stream]));
    const streams = Object.entries(data).flatMap(([key, value]): PlannedStream[] => {
      const from: Origin = { object, field: `data[${key.slice(0, 120)}]` };
      const read = readStreamEntry(key, value, this.#protocol);
      if (!read.ok) return tell(diagnostics, diagnose('SLU1701', from, `${read.because}; it is left out`));
      const { entry } = read;
      if (this.#reserved.has(entry.port))
        return tell(diagnostics, diagnose('SLU1702', from, `port ${entry.port} is the controller's own; it is left out`));
      for (const word of entry.idle) diagnostics.push(diagnose('SLU1704', from, idleWord(word, this.#protocol)));
      const stream = { entry, planned: planOf(entry, from), from };
      return [known.get(keyOf(stream)) ?? stream];
    });
    return { of: configMap, streams: streams.toSorted((a, b) => a.entry.port - b.entry.port), diagnostics };
  }

  #serviceOf(stream: PlannedStream, upstream: Upstream): StreamService | undefined {
    if (upstream.endpoints.length === 0) return undefined;
    const before = this.#built.get(stream.from.field);
    if (before?.by === stream && before.service.upstream === upstream) return before.service;
    const { port, acceptProxy, sendProxy } = stream.entry;
    return { protocol: this.#protocol, port, upstream, acceptProxy, sendProxy, from: stream.from };
  }

  #withoutEndpoint({ entry: { port }, from }: PlannedStream, { unavailable = 'it has no endpoint' }: Upstream): Diagnostic {
    return diagnose('SLU1703', from, `${streamName({ protocol: this.#protocol, port })} is not opened: ${unavailable}`);
  }
}

const nothing: Pick<ReadConfigMap, 'diagnostics' | 'streams'> = { streams: [], diagnostics: [] };

function tell(diagnostics: Diagnostic[], found: Diagnostic): never[] {
  diagnostics.push(found);
  return [];
}

function idleWord(word: string, protocol: Protocol): string {
  const shown = JSON.stringify(word.slice(0, 40));
  return word.toUpperCase() === 'PROXY' && protocol === 'udp'
    ? 'there is no PROXY protocol for UDP: the word has no effect'
    : `the word ${shown} has no effect: only PROXY has one here`;
}

function planOf({ namespace, service, servicePort }: StreamEntry, from: Origin): PlannedUpstream {
  const ref = { id: `${namespace}/${service}:${servicePort}`, namespace, service, port: servicePort, from };
  return { ref, settings: {}, canary: undefined };
}

/** The same for entries that say the same. */
function keyOf({ entry, from }: PlannedStream): string {
  return `${JSON.stringify(entry)} ${JSON.stringify(from)}`;
}
