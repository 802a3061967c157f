const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** Writes times as nginx does. Requests of one second share what was written. */
export class LogTime {
  #second = -1;
  #local = '';
  #iso = '';

  /** `30/Nov/2026:23:59:59 +0000`, in the time zone of the process (nginx `$time_local`). */
  local(timeMs: number): string {
    this.#write(timeMs);
    return this.#local;
  }

  /** `2026-11-30T23:59:59+00:00` (nginx `$time_iso8601`). */
  iso(timeMs: number): string {
    this.#write(timeMs);
    return this.#iso;
  }

  #write(timeMs: number): void {
    const second = Math.floor(timeMs / 1000);
    if (second === this.#second) return;
    this.#second = second;
    const at = new Date(second * 1000);
    const [day, month, year] = [two(at.getDate()), at.getMonth(), String(at.getFullYear())];
    const clock = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
    const minutes = -at.getTimezoneOffset();
    const [sign, hours, rest] = [minutes < 0 ? '-' : '+', two(Math.floor(Math.abs(minutes) / 60)), two(Math.abs(minutes) % 60)];
    this.#local = `${day}/${MONTHS[month] ?? ''}/${year}:${clock} ${sign}${hours}${rest}`;
    this.#iso = `${year}-${two(month + 1)}-${day}T${clock}${sign}${hours}:${rest}`;
  }
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

/** What most requests take, written before. */
const SHORT: readonly string[] = Array.from({ length: 1000 }, (_, ms) => `0.${String(ms).padStart(3, '0')}`);

/** `0.012` (nginx writes seconds with milliseconds). */
export function logSeconds(ms: number): string {
  const whole = Math.max(0, Math.floor(ms));
  if (whole < SHORT.length) return SHORT[whole] ?? '';
  return `${Math.floor(whole / 1000)}.${String(whole % 1000).padStart(3, '0')}`;
}
