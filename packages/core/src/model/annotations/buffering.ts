import { diagnose } from '../../observe/diagnostic.ts';
import { annotation } from './annotation.ts';
import type { AnyAnnotation, InvalidOutcome, Parsed } from './annotation.ts';
import { size } from './body-size.ts';
import type { AnnotationGroup, Contribution } from './contribution.ts';
import type { IngressSettings } from './ingress-settings.ts';
import { integer, oneOf } from './value-parsers.ts';

/** The form of a size; ingress-nginx lets the unit b pass here too. */
const anySize = (text: string): Parsed<number> => size(text.replace(/b$/i, ''));
const onOff = oneOf(['on', 'off']);

interface Buffer<Value> {
  readonly key: string;
  readonly values: string;
  readonly effect: string;
  readonly parse: (text: string) => Parsed<Value>;
  readonly onInvalid?: InvalidOutcome;
}

function buffer<Value>(definition: Buffer<Value>): AnyAnnotation {
  return annotation({
    risk: 'Low',
    standard: 'bodies are passed on as they come',
    target: 'none: there is nothing to set',
    onInvalid: 'fallback',
    ...definition,
  });
}

const SIZE = 'a size such as 8k';

const requestBuffering = annotation({
  key: 'proxy-request-buffering',
  risk: 'Low',
  values: 'on or off',
  effect: 'Collects the request body before it is sent on.',
  standard: 'as the backend does it: see the notes',
  target: 'Route.policies: request-buffering',
  onInvalid: 'fallback',
  parse: onOff,
  policy: (value, from) => ({ kind: 'request-buffering', enabled: value === 'on', from }),
});

/** Settings of buffers, accepted so that nobody has to remove them: answers stream, within fixed memory. */
export const bufferingGroup: AnnotationGroup = {
  name: 'buffering',
  annotations: [
    buffer({
      key: 'client-body-buffer-size',
      values: SIZE,
      effect: 'Memory for a request body before it goes to disk.',
      parse: anySize,
      onInvalid: 'reject',
    }),
    buffer({ key: 'proxy-buffer-size', values: SIZE, effect: 'Memory for a response head.', parse: anySize }),
    buffer({ key: 'proxy-buffering', values: 'on or off', effect: 'Collects responses before they are sent on.', parse: onOff }),
    buffer({ key: 'proxy-buffers-number', values: 'a whole number', effect: 'Number of buffers for a response.', parse: integer }),
    buffer({
      key: 'proxy-busy-buffers-size',
      values: SIZE,
      effect: 'Share of the buffers that may be waiting for the client.',
      parse: anySize,
    }),
    buffer({ key: 'proxy-max-temp-file-size', values: SIZE, effect: 'Disk space for one collected response.', parse: anySize }),
    requestBuffering,
  ],
  contribute,
};

function contribute(settings: IngressSettings): Contribution {
  const used = bufferingGroup.annotations.filter((known) => known !== requestBuffering && settings.has(known));
  const message = 'bodies are passed on as they come, within fixed memory: there is nothing to buffer';
  return { diagnostics: used.map((known) => diagnose('SLU1509', settings.from(known), message)) };
}
