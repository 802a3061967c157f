/**
 * How long Sluice may take to drain before it is killed: above `timeouts.drainTunnelsMs` of the Node data plane (10 s) and
 * the 2 s and two sweeps that ended tunnels may then take.
 */
export const STOP_MS = 15_000;

/** How Sluice ended: with a status, or null when a signal ended it; `wished` when somebody asked for it here. */
export interface SluiceEnd {
  readonly status: number | null;
  readonly wished: boolean;
  /** Where the ports that Sluice needs are said: `8080 and 8443`. */
  readonly ports: string;
}

/** With what status `npm start` ends, and what it says about it; nothing when that is what was asked for. */
export function endingOf({ status, wished, ports }: SluiceEnd): { readonly status: number; readonly message?: string } {
  if (wished) return status === null ? { status: 0, message: 'Sluice was stopped before it had drained.' } : { status: 0 };
  if (status === 3) return { status, message: `Sluice could not start. It needs the ports ${ports}: is another "npm start" running?` };
  const how = status === null ? 'by a signal' : `with status ${status}`;
  return { status: status === null || status === 0 ? 1 : status, message: `Sluice ended unexpectedly ${how}.` };
}
