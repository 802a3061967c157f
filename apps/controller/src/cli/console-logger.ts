import type { LogFields, Logger } from '@sluice/core';
import { pino } from 'pino';
import pretty from 'pino-pretty';
import type { BaseSettings } from '../settings/settings-schema.ts';

/** The controller's log on stderr, as JSON lines or for people. */
export function consoleLogger({ level, format }: BaseSettings['log']): Logger {
  const stream =
    format === 'pretty'
      ? pretty({ destination: 2, sync: true, colorize: process.stderr.isTTY, ignore: 'pid,hostname' })
      : pino.destination({ dest: 2, sync: true });
  const log = pino({ level, base: null }, stream);
  return {
    info: (message: string, fields: LogFields = {}) => log.info(fields, message),
    warn: (message: string, fields: LogFields = {}) => log.warn(fields, message),
    error: (message: string, fields: LogFields = {}) => log.error(fields, message),
  };
}
