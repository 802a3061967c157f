import type { Parsed } from '../annotations/annotation.ts';
import { settingText } from './setting.ts';
import type { Setting, SettingGroup } from './setting.ts';

/** Which requests have a span of the proxy (https://opentelemetry.io/docs/specs/otel/trace/sdk/#sampling). */
export interface TracingSettings {
  /** What the environment of the program says counts where this is false. */
  readonly enabled: boolean;
  /** Of the requests that no client has decided about, from 0 to 1. */
  readonly ratio: number;
  /** What a client has decided about its trace counts. */
  readonly parentBased: boolean;
  /** The trace of the client goes on; otherwise another one begins. */
  readonly trustIncoming: boolean;
  /** Name of spans; empty for method and path of the Ingress. */
  readonly operationName: string;
}

const enabled: Setting<boolean> = {
  key: 'enable-opentelemetry',
  standard: 'false',
  values: 'true or false',
  effect: 'Requests have spans; where these go is said by the environment (`OTEL_EXPORTER_OTLP_ENDPOINT`)',
  parse: settingText.bool,
};

const trustIncoming: Setting<boolean> = {
  key: 'opentelemetry-trust-incoming-span',
  standard: 'true',
  values: 'true or false',
  effect: 'The trace of the client goes on (`traceparent`, W3C Trace Context)',
  parse: settingText.bool,
};

const operationName: Setting<string> = {
  key: 'opentelemetry-operation-name',
  standard: '',
  values: 'a text',
  effect: 'Name of the spans of requests',
  parse: (text): Parsed<string> => ({ ok: true, value: text.slice(0, 200) }),
};

const SAMPLERS = ['AlwaysOn', 'AlwaysOff', 'TraceIdRatioBased'] as const;

const sampler: Setting<string> = {
  key: 'otel-sampler',
  standard: 'AlwaysOn',
  values: SAMPLERS.join(', '),
  effect: 'Which requests have spans that no client has decided about',
  parse: (text): Parsed<string> =>
    SAMPLERS.some((one) => one === text) ? { ok: true, value: text } : { ok: false, reason: `it must be one of ${SAMPLERS.join(', ')}` },
};

const ratio: Setting<number> = {
  key: 'otel-sampler-ratio',
  standard: '0.01',
  values: 'a number from 0 to 1',
  effect: 'How many of them with `TraceIdRatioBased`',
  parse: (text): Parsed<number> => {
    const value = Number(text);
    return text !== '' && value >= 0 && value <= 1 ? { ok: true, value } : { ok: false, reason: 'it must be a number from 0 to 1' };
  },
};

const parentBased: Setting<boolean> = {
  key: 'otel-sampler-parent-based',
  standard: 'true',
  values: 'true or false',
  effect: 'What clients have decided about their traces counts',
  parse: settingText.bool,
};

export const tracingGroup: SettingGroup<TracingSettings> = {
  name: 'tracing',
  settings: [enabled, trustIncoming, operationName, sampler, ratio, parentBased],
  read: (values) => {
    const ratios: Readonly<Record<string, number>> = { AlwaysOn: 1, AlwaysOff: 0 };
    return {
      enabled: values.get(enabled),
      ratio: ratios[values.get(sampler)] ?? values.get(ratio),
      parentBased: values.get(parentBased),
      trustIncoming: values.get(trustIncoming),
      operationName: values.get(operationName),
    };
  },
};
