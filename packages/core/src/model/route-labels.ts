/**
 * What metrics and access logs call the requests of a route: `$namespace`, `$ingress_name`, `$service_name`, `$service_port` and
 * `$location_path` of ingress-nginx. Service and port are empty where the Ingress names none.
 */
export interface RouteLabels {
  readonly namespace: string;
  readonly ingress: string;
  readonly service: string;
  readonly port: string;
  /** The path as its Ingress writes it. */
  readonly path: string;
}
