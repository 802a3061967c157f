import { parseRuleText } from '@sluice/core';
import type { RequestMetrics } from '@sluice/core';

/** Seconds as nginx writes them; -1 for what there is not, and for times of several tries. */
function ms(text: unknown): number {
  return typeof text === 'string' && /^[\d.]+$/.test(text) ? Number(text) * 1000 : -1;
}

/** Counts the requests of lines that nginx without Lua writes for it (`COUNTED` of `translate/access-log.ts`). Lines that are none are left out. */
export function countLines(metrics: RequestMetrics, lines: string): void {
  for (const line of lines.split('\n')) if (line.startsWith('[')) count(metrics, Buffer.from(line, 'latin1').toString('utf8'));
}

function count(metrics: RequestMetrics, line: string): void {
  const fields = listIn(line);
  const [rule, method, status, duration, response, header, connect, requestBytes, sentBytes] = fields;
  if (typeof rule !== 'string' || typeof method !== 'string' || typeof status !== 'number') return;
  metrics.count(
    { ...parseRuleText(rule), method, status, canary: '' },
    {
      durationMs: ms(duration),
      responseMs: ms(response),
      headerMs: ms(header),
      connectMs: ms(connect),
      requestBytes: Number(requestBytes),
      sentBytes: Number(sentBytes),
    },
  );
}

function listIn(line: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(line);
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}
