import type { AccessLogSettings, SilentTarget } from '../../model/settings/access-log.ts';
import { compilePattern } from '../../regex/compile.ts';
import { compileLogFormat } from './log-format.ts';
import type { LogLine } from './log-format.ts';
import type { RequestRecord } from './request-record.ts';

const NO_LINE: LogLine = { headers: [], user: false, write: () => {} };

const made = new WeakMap<AccessLogSettings, LogLine>();

/** The line of a request by these settings; one that is to leave none has no pieces. */
export function accessLines(settings: AccessLogSettings): LogLine {
  let line = made.get(settings);
  if (line === undefined) made.set(settings, (line = make(settings)));
  return line;
}

function make({ enabled, format, silent }: AccessLogSettings): LogLine {
  if (!enabled) return NO_LINE;
  const line = compileLogFormat(format);
  if (silent.length === 0) return line;
  const tests = silent.map(testOf);
  const isSilent = ({ target }: RequestRecord): boolean => tests.some((test) => test(target));
  return {
    ...line,
    write: (record, put) => {
      if (!isSilent(record)) line.write(record, put);
    },
  };
}

function testOf(silent: SilentTarget): (target: string) => boolean {
  if (silent.kind === 'equal') return (target) => target.toLowerCase() === silent.target;
  const compiled = compilePattern(silent.pattern, { ignoreCase: silent.ignoreCase, anchoredStart: false });
  return (target) => compiled.ok && compiled.pattern.test(target);
}
