/** How ingress-nginx reads the value of a flag. */
export type FlagType =
  | 'string'
  | 'bool'
  | 'int'
  | 'float'
  | 'duration'
  | 'path'
  | 'ip'
  | 'string list'
  | 'float list'
  | 'uint32'
  | 'uint64'
  | 'severity';

/** A value that has been read: durations in milliseconds, lists and paths as they are written. */
export type FlagValue = string | number | boolean;

/** Flags of one command line by their names without dashes. */
export type GivenFlags = ReadonlyMap<string, FlagValue>;

/** The value of a setting that follows from a flag and those beside it; undefined leaves the setting alone. */
export type Setter = (value: FlagValue, given: GivenFlags) => unknown;

/** What becomes of a flag. */
export type FlagOutcome =
  | {
      readonly kind: 'honoured';
      /** By the path of the setting. */
      readonly settings: Readonly<Record<string, Setter>>;
      /** What there is to know about it besides; may be empty. */
      readonly note: string;
      /** A flag that ingress-nginx does not take beside this one. */
      readonly excludes?: string;
    }
  /** Accepted, with a warning that tells why it has no effect, but for the value `unless`, with which there is nothing to tell. */
  | { readonly kind: 'ignored'; readonly because: string; readonly unless: FlagValue | undefined }
  /** The program does not start and tells what to do instead, but for the value `unless`, with which it does what it is told. */
  | { readonly kind: 'refused'; readonly instead: string; readonly unless: FlagValue | undefined };

/** A flag of ingress-nginx. */
export interface Flag {
  /** Without dashes. */
  readonly name: string;
  readonly type: FlagType;
  /** As ingress-nginx writes it. */
  readonly standard: string;
  readonly outcome: FlagOutcome;
}

/** What a flag is like before it is said what becomes of it. */
export type FlagHead = readonly [name: string, type: FlagType, standard?: string];

export function honoured(
  [name, type, standard = '']: FlagHead,
  settings: Readonly<Record<string, Setter>>,
  { note = '', excludes }: { readonly note?: string; readonly excludes?: string } = {},
): Flag {
  return { name, type, standard, outcome: { kind: 'honoured', settings, note, ...(excludes !== undefined && { excludes }) } };
}

export function ignored([name, type, standard = '']: FlagHead, because: string, unless?: FlagValue): Flag {
  return { name, type, standard, outcome: { kind: 'ignored', because, unless } };
}

export function refused([name, type, standard = '']: FlagHead, instead: string, unless?: FlagValue): Flag {
  return { name, type, standard, outcome: { kind: 'refused', instead, unless } };
}

/** The value as it is. */
export const same: Setter = (value) => value;

/** The value as it is; nothing when it is empty. */
export const sameUnlessEmpty: Setter = (value) => (value === '' ? undefined : value);

export const negated: Setter = (value) => value !== true;
