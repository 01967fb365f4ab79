import { locale } from '../i18n/i18n.svelte';

/** "2026-03-10": a calendar day; whose calendar is said by the field that holds it. */
export type Day = string;
/** "2026-03-10T08:00:00Z": a moment. */
export type Instant = string;

const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
let personZone: string | null = null;

/** The zone that the signed-in person chose, else the browser's. */
export const viewerZone = (): string => personZone ?? browserZone;

export function setViewerZone(zone: string | null): void {
	personZone = zone;
}

export const todayIn = (zone: string): Day => Temporal.Now.plainDateISO(zone).toString();

export const addDays = (day: Day, days: number): Day => Temporal.PlainDate.from(day).add({ days }).toString();

/** Whole days from one day to a later one; negative when it is earlier. */
export const daysBetween = (from: Day, to: Day): number =>
	Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to), { largestUnit: 'day' }).days;

/** The Monday on or before a day. */
export function mondayOf(day: Day): Day {
	const date = Temporal.PlainDate.from(day);
	return date.subtract({ days: date.dayOfWeek - 1 }).toString();
}

export const firstOfMonth = (day: Day): Day => Temporal.PlainDate.from(day).with({ day: 1 }).toString();

export const addMonths = (day: Day, months: number): Day => Temporal.PlainDate.from(day).add({ months }).toString();

/** The half-open span of instants that a local day covers; 23 or 25 hours long when clocks change. */
export function instantsOf(day: Day, zone: string): { from: Instant; until: Instant } {
	const date = Temporal.PlainDate.from(day);
	return {
		from: date.toZonedDateTime(zone).toInstant().toString(),
		until: date.add({ days: 1 }).toZonedDateTime(zone).toInstant().toString(),
	};
}

/** The instant of a wall-clock minute of a local day; minute 1440 is the next midnight. */
export function instantAt(day: Day, minute: number, zone: string): Instant {
	const date = Temporal.PlainDate.from(day).add({ days: Math.floor(minute / 1440) });
	const rest = minute % 1440;
	return date
		.toPlainDateTime({ hour: Math.floor(rest / 60), minute: rest % 60 })
		.toZonedDateTime(zone)
		.toInstant()
		.toString();
}

/** The wall-clock minute of an instant, counted from the midnight that begins `day`; may be below 0 or above 1440. */
export function minuteOf(instant: Instant, day: Day, zone: string): number {
	const local = Temporal.Instant.from(instant).toZonedDateTimeISO(zone);
	return daysBetween(day, local.toPlainDate().toString()) * 1440 + local.hour * 60 + local.minute;
}

const dayStyles = {
	medium: { day: 'numeric', month: 'short', year: 'numeric' },
	short: { day: 'numeric', month: 'short' },
	weekday: { weekday: 'short', day: 'numeric', month: 'short' },
	long: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
	month: { month: 'long', year: 'numeric' },
	monthShort: { month: 'short', year: 'numeric' },
	weekdayName: { weekday: 'short' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

export type DayStyle = keyof typeof dayStyles;

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
	const key = locale.formats + JSON.stringify(options);
	let format = formatters.get(key);
	if (!format) {
		format = new Intl.DateTimeFormat(locale.formats, options);
		formatters.set(key, format);
	}
	return format;
}

export const formatDay = (day: Day, style: DayStyle = 'medium'): string =>
	formatter({ ...dayStyles[style], timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));

export const formatInstant = (instant: Instant, zone = viewerZone()): string =>
	formatter({ ...dayStyles.medium, hour: '2-digit', minute: '2-digit', timeZone: zone }).format(new Date(instant));

export const formatTimeOfDay = (instant: Instant, zone = viewerZone()): string =>
	formatter({ hour: '2-digit', minute: '2-digit', timeZone: zone }).format(new Date(instant));

export const dayOf = (instant: Instant, zone: string): Day =>
	Temporal.Instant.from(instant).toZonedDateTimeISO(zone).toPlainDate().toString();

/** A wall-clock minute in the reader's way, "09:30" or "9:30 AM"; 1440 reads as midnight. */
export const formatMinute = (minute: number): string =>
	formatter({ hour: '2-digit', minute: '2-digit', timeZone: 'UTC' }).format(new Date((minute % 1440) * 60_000));

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
	['day', 86_400],
	['hour', 3_600],
	['minute', 60],
];

/** "2 hours ago", "tomorrow": how far an instant is from now, in its largest whole unit. */
export function formatDistance(instant: Instant, now = Date.now()): string {
	const seconds = Math.round((Date.parse(instant) - now) / 1000);
	const relative = new Intl.RelativeTimeFormat(locale.formats, { numeric: 'auto' });
	for (const [unit, size] of units) {
		if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
	}
	return relative.format(0, 'minute');
}

export function formatDayDistance(day: Day, today: Day): string {
	const relative = new Intl.RelativeTimeFormat(locale.formats, { numeric: 'auto' });
	return relative.format(daysBetween(today, day), 'day');
}
