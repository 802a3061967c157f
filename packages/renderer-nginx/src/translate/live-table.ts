/** Endpoints, canaries, affinity and certificates, as the workers get them. */
export interface LiveTable {
  readonly digest: string;
}
