import type { AccessLogSettings, KeyMaterial, Origin } from '@sluice/core';

/** One server of a backend: what follows `server` in the file and `add server BACKEND/` at runtime. */
export interface Server {
  /** Unique in its backend, made of letters, digits and `_.-:` alone. */
  readonly name: string;
  /** `10.0.0.1:8080`, `[::1]:8080`. */
  readonly address: string;
  /** Printed and quoted, the same for every server of a class: `ssl verify none`; may be empty. */
  readonly parameters: string;
}

/** A part of haproxy.cfg. */
export interface Section {
  /** What it is, for reasons of reloads: `backend of shop/web:80`, `the frontends`. Unique. */
  readonly label: string;
  /** It comes and goes with another section: no reason of its own. */
  readonly derived?: true;
  /** It has ports of its own, which are open until HAProxy reads a configuration without it. */
  readonly listens?: true;
  /** Ends with a line break. */
  readonly text: string;
  /** The object that each line of the text is to be blamed on. */
  readonly origins: readonly (Origin | undefined)[];
  /** SHA-256 of the text. */
  readonly digest: string;
}

/** A section for an upstream, or a spare one that a new upstream can take without a reload. */
export interface BackendSection extends Section {
  /** As in the text: unique. */
  readonly name: string;
  /** Backends with an equal class differ in nothing but name and servers. */
  readonly class: string;
  /** Whether servers can be added and removed at runtime. */
  readonly dynamic: boolean;
  /** In the text after everything else, one a line. */
  readonly servers: readonly Server[];
  /** No upstream has it; its servers are none. */
  readonly spare?: true;
  /** The upstream whose endpoints its servers are, for reasons. */
  readonly upstream?: string;
}

/** A map: `current/maps/NAME.map` in the configuration and for the command line. Keys and values are printable ASCII without blanks. */
export interface MapFile {
  readonly name: string;
  readonly entries: ReadonlyMap<string, string>;
  /** The order of entries matters (expressions): a changed one is swapped as a whole. */
  readonly ordered?: true;
  /** The object of an entry by its key, where HAProxy may refuse it. */
  readonly origins?: ReadonlyMap<string, Origin>;
  /** Filled at runtime alone: it is empty in files, and nobody but the reloader changes it. */
  readonly runtime?: true;
}

/** A certificate in `current/certificates/NAME.pem`: chain, then key. */
export interface ServedCertificate {
  readonly name: string;
  /** What it is, for reasons: `shop/tls`. */
  readonly label: string;
  readonly pem: KeyMaterial;
  readonly from: Origin;
}

/** A line of `current/certificates.list`. The first line is the default certificate. */
export interface CertificateLine {
  /** Name of a `ServedCertificate`, or undefined for the default certificate of the folder. */
  readonly certificate: string | undefined;
  /** What stands in brackets, printed: `verify optional ca-file ...`; may be empty. Changed options need a reload. */
  readonly options: string;
  /** SNI filters; none only in the first line. */
  readonly names: readonly string[];
  readonly from?: Origin;
}

/** A file besides, relative to the folder of the generation. */
export interface GeneratedFile {
  readonly path: string;
  /** What it is, for reasons, where its path says nothing to anybody. */
  readonly label?: string;
  /** One char for each byte where it is a text. */
  readonly content: string | KeyMaterial;
  readonly from?: Origin;
}

/** What the HAProxy data plane loads: the `table` of its artifacts. */
export interface HaproxyTable {
  /** SHA-256 in hexadecimal of everything below. */
  readonly digest: string;
  /** Everything but backends of upstreams, in the order of the file. They name the map files; a changed one needs a reload. */
  readonly frame: readonly Section[];
  /** After the frame. */
  readonly backends: readonly BackendSection[];
  /** In the order in which entries are added; they are removed in the opposite one. */
  readonly maps: readonly MapFile[];
  readonly certificates: readonly ServedCertificate[];
  readonly certificateLines: readonly CertificateLine[];
  /** Read at start alone: a changed one needs a reload. */
  readonly files: readonly GeneratedFile[];
  /** What becomes of the lines that HAProxy writes: the controller makes others of them. Absent: the usual. */
  readonly accessLog?: AccessLogSettings;
  /** Whose objects say how servers of a class are spoken to, by class: they are to blame for its servers. */
  readonly askers?: ReadonlyMap<string, readonly Origin[]>;
}
