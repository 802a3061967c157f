/** A kind of traffic that the data plane accepts; the addresses belong to the deployment (`listen` in the configuration). */
export interface Listener {
  readonly protocol: 'http' | 'https';
}
