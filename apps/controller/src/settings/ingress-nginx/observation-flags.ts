import { honoured, ignored, same } from './flag.ts';
import type { Flag, Setter } from './flag.ts';

const NO_NATIVE = 'there are no native histograms';
const ALWAYS = 'metrics of the controller are always there; it decides whether requests are counted';
const NO_PROFILER = 'there is no profiler to ask; start Node.js with --inspect or --cpu-prof';
const NO_GEOIP = 'there is no GeoIP, and nothing is downloaded';
const NO_SUCH_LOG = 'logs are JSON lines on stderr and have no such option; see --log-level and --log-format';

const listed: Setter = (value) =>
  String(value)
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

/** What is no number is left for the settings to refuse. */
const numbers: Setter = (value) =>
  String(value)
    .split(',')
    .map((one) => (one.trim() === '' ? one : Number(one)));

/** Metrics, profiles and GeoIP. */
export const observationFlags: readonly Flag[] = [
  honoured(['enable-metrics', 'bool', 'false'], { 'metrics.requests.enabled': same }, { note: ALWAYS }),
  honoured(['metrics-per-host', 'bool', 'true'], { 'metrics.requests.perHost': same }),
  honoured(
    ['metrics-per-undefined-host', 'bool', 'false'],
    { 'metrics.requests.perUndefinedHost': same },
    { note: 'they are counted for the host `*`' },
  ),
  honoured(['report-status-classes', 'bool', 'false'], { 'metrics.requests.statusClasses': same }),
  honoured(['exclude-socket-metrics', 'string list'], { 'metrics.requests.exclude': listed }),
  honoured(['time-buckets', 'float list', '0.005,0.01,0.025,0.05,0.1,0.25,0.5,1,2.5,5,10'], { 'metrics.requests.timeBuckets': numbers }),
  honoured(['length-buckets', 'float list', '10,20,30,40,50,60,70,80,90,100'], { 'metrics.requests.lengthBuckets': numbers }),
  honoured(['size-buckets', 'float list', '10,100,1000,10000,100000,1000000,10000000'], { 'metrics.requests.sizeBuckets': numbers }),
  ignored(['bucket-factor', 'float', '0'], NO_NATIVE),
  ignored(['max-buckets', 'uint32', '100'], NO_NATIVE),
  ignored(['monitor-max-batch-size', 'int', '10000'], 'requests are counted where they are served, in any number'),
  ignored(['profiling', 'bool', 'true'], NO_PROFILER, false),
  ignored(['profiler-port', 'int', '10245'], NO_PROFILER),
  ignored(['profiler-address', 'ip', '127.0.0.1'], NO_PROFILER),
  ignored(['maxmind-edition-ids', 'string', 'GeoLite2-City,GeoLite2-ASN'], NO_GEOIP, ''),
  ignored(['maxmind-license-key', 'string'], NO_GEOIP, ''),
  ignored(['maxmind-mirror', 'string'], NO_GEOIP, ''),
  ignored(['maxmind-retries-count', 'int', '1'], NO_GEOIP),
  ignored(['maxmind-retries-timeout', 'duration', '0s'], NO_GEOIP),
];

/** What ingress-nginx has of its logging library. */
export const loggingFlags: readonly Flag[] = [
  ignored(['v', 'int', '0'], NO_SUCH_LOG, 0),
  ignored(['vmodule', 'string'], NO_SUCH_LOG, ''),
  ignored(['logtostderr', 'bool', 'true'], 'logs always go to stderr', true),
  ignored(['alsologtostderr', 'bool', 'false'], 'logs always go to stderr', true),
  ignored(['stderrthreshold', 'severity', 'ERROR'], NO_SUCH_LOG),
  ignored(['log_dir', 'path'], 'logs are not written to files', ''),
  ignored(['log_file', 'path'], 'logs are not written to files', ''),
  ignored(['log_file_max_size', 'uint64', '1800'], 'logs are not written to files'),
  ignored(['log_backtrace_at', 'string'], NO_SUCH_LOG, ''),
  ignored(['add_dir_header', 'bool', 'false'], NO_SUCH_LOG, false),
  ignored(['skip_headers', 'bool', 'false'], NO_SUCH_LOG, false),
  ignored(['skip_log_headers', 'bool', 'false'], NO_SUCH_LOG, false),
  ignored(['one_output', 'bool', 'false'], NO_SUCH_LOG, false),
];
