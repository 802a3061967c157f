import type { ListenAddress } from '../config/listen-address.ts';
import type { Measurement } from '../observe/measurement.ts';
import type { Logger } from '../observe/logger.ts';
import type { RequestMetrics } from '../observe/requests/request-metrics.ts';
import type { RequestTracing } from '../observe/requests/request-tracing.ts';
import type { ControllerView } from './controller-view.ts';
import type { AdminRoute } from './admin-route.ts';
import { createToken } from './token.ts';

/** Where the deployment wants traffic and administration to arrive. */
export interface ListenAddresses {
  readonly http: readonly ListenAddress[];
  readonly https: readonly ListenAddress[];
  readonly admin: ListenAddress | undefined;
}

/** What the core provides to every plugin. */
export const LoggerToken = createToken<Logger>('Logger');
export const ListenToken = createToken<ListenAddresses>('Listen');
/** Absolute path of the folder for generated files, sockets and the last good generation. */
export const DataDirectoryToken = createToken<string>('DataDirectory');
export const ControllerViewToken = createToken<ControllerView>('ControllerView');
/** What all plugins measure. */
export const MeasurementsToken = createToken<readonly Measurement[]>('Measurements');
/** The pages of all plugins, in the order of registration. */
export const AdminRoutesToken = createToken<readonly AdminRoute[]>('AdminRoutes');
/** Where the data plane counts the requests of clients. Nothing provides it where nobody wants to know. */
export const RequestMetricsToken = createToken<RequestMetrics>('RequestMetrics');
/** How requests get spans. Nothing provides it where no spans are exported. */
export const RequestTracingToken = createToken<RequestTracing>('RequestTracing');
