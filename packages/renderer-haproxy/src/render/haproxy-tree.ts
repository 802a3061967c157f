import type { BackendSection, CertificateLine, GeneratedFile, MapFile, ServedCertificate } from './haproxy-table.ts';
import type { AccessLogSettings, Origin } from '@sluice/core';
import type { SectionTree } from './line.ts';

/** A configuration of HAProxy before it is printed; backends are printed when they are translated, since most stay the same. */
export interface HaproxyTree {
  readonly frame: readonly SectionTree[];
  /** Labels of sections of the frame that hold hashes of passwords. */
  readonly secret: ReadonlySet<string>;
  readonly backends: readonly BackendSection[];
  readonly maps: readonly MapFile[];
  readonly certificates: readonly ServedCertificate[];
  readonly certificateLines: readonly CertificateLine[];
  readonly files: readonly GeneratedFile[];
  readonly accessLog: AccessLogSettings;
  readonly askers: ReadonlyMap<string, readonly Origin[]>;
}
