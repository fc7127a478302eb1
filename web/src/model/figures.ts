/** Times, sizes and rates as they are shown. All times are UTC, on 24 hours. */

export function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}

/** 5047 s are `01:24:07`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60].map(two).join(":");
}

/** As `duration`, without the hours as long as there are none: `01:42`. */
export function shortDuration(seconds: number): string {
  return seconds < 3600 ? duration(seconds).slice(3) : duration(seconds);
}

/** The time of day of an instant, `14:32:07`. */
export function clock(instant: string | number): string {
  return new Date(instant).toISOString().slice(11, 19);
}

/** The time of day, with its day unless that is today, as `2026-11-25 14:31:52`. */
export function clockOfDay(instant: string | number, nowMs: number): string {
  const [day = "", time = ""] = new Date(instant).toISOString().slice(0, 19).split("T");
  return new Date(nowMs).toISOString().startsWith(day) ? time : `${day} ${time}`;
}

/** The time of day with tenths of a second: of pictures, whose second is too coarse. */
export function clockTenths(instant: string | number): string {
  return new Date(instant).toISOString().slice(11, 21);
}

/** With milliseconds: of evidence. */
export function clockExact(instant: string | number): string {
  return new Date(instant).toISOString().slice(11, 23);
}

/** The day of an instant in the words of a language, `26 Nov 2026`. */
export function day(instant: string | number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).format(
    new Date(instant),
  );
}

/** 1.1 MB; decimal units, as on the labels of disks. */
export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let unit = 0;
  let value = count;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toFixed(value < 10 && unit > 0 ? 1 : 0)} ${units[unit] ?? ""}`;
}

/** The hours that a disk lasts: `11.5 h`, below one hour `42 min`, from two days on `9 d`; a dash if nobody knows. */
export function timeLeft(seconds: number | null): string {
  if (seconds === null) return "–";
  if (seconds >= 48 * 3600) return `${Math.floor(seconds / 86400)} d`;
  return seconds >= 3600 ? `${(Math.floor(seconds / 360) / 10).toFixed(1)} h` : `${Math.floor(seconds / 60)} min`;
}

/** How long ago something was: `0.4 s`, `14 s`, `3 min`, `2 h`. */
export function age(seconds: number): string {
  const shown = Math.max(0, seconds);
  if (shown < 9.95) return `${shown.toFixed(1)} s`;
  if (shown < 120) return `${Math.floor(shown)} s`;
  return shown < 7200 ? `${Math.floor(shown / 60)} min` : `${Math.floor(shown / 3600)} h`;
}

export function megabits(bitsPerSecond: number): string {
  return `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s`;
}

/** The name of a codec as people write it. */
export function codec(name: string): string {
  return { h264: "H.264", hevc: "H.265", av1: "AV1", mjpeg: "MJPEG" }[name] ?? name;
}

/** The last piece of a path, of either kind of slash. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).pop() ?? path;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
