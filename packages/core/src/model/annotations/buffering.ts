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

function buffer<Value>(
  key: string,
  values: string,
  effect: string,
  parse: (text: string) => Parsed<Value>,
  onInvalid: InvalidOutcome = 'fallback',
): AnyAnnotation {
  return annotation({
    key,
    risk: 'Low',
    values,
    effect,
    standard: 'bodies are passed on as they come',
    target: 'none: there is nothing to set',
    onInvalid,
    parse,
  });
}

const SIZE = 'a size such as 8k';

/** Settings of buffers, accepted so that nobody has to remove them: bodies stream in both directions, within fixed memory. */
export const bufferingGroup: AnnotationGroup = {
  name: 'buffering',
  annotations: [
    buffer('client-body-buffer-size', SIZE, 'Memory for a request body before it goes to disk.', anySize, 'reject'),
    buffer('proxy-buffer-size', SIZE, 'Memory for a response head.', anySize),
    buffer('proxy-buffering', 'on or off', 'Collects responses before they are sent on.', onOff),
    buffer('proxy-buffers-number', 'a whole number', 'Number of buffers for a response.', integer),
    buffer('proxy-busy-buffers-size', SIZE, 'Share of the buffers that may be waiting for the client.', anySize),
    buffer('proxy-max-temp-file-size', SIZE, 'Disk space for one collected response.', anySize),
    buffer('proxy-request-buffering', 'on or off', 'Collects the request body before it is sent on.', onOff),
  ],
  contribute,
};

function contribute(settings: IngressSettings): Contribution {
  const used = bufferingGroup.annotations.filter((known) => settings.has(known));
  const message = 'bodies are passed on as they come, within fixed memory: there is nothing to buffer';
  return { diagnostics: used.map((known) => diagnose('SLU1509', settings.from(known), message)) };
}
