import type { RoutedRequest } from '../evaluate/request.ts';

/** A request with everything that a test does not care about filled in. */
export function routedRequest(request: Pick<RoutedRequest, 'host' | 'target'> & Partial<RoutedRequest>): RoutedRequest {
  return {
    secure: false,
    port: 80,
    httpsPort: 443,
    method: 'GET',
    clientAddress: '127.0.0.1',
    draw: 0.5,
    requestId: '0123456789abcdef0123456789abcdef',
    bodyBytes: 0,
    header: () => undefined,
    ...request,
  };
}
