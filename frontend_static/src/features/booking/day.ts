import type { BookableUnitsQuery, DayBookingsQuery } from '../../gql/schema';
import { formatMinute, instantAt, instantsOf, minuteOf } from '../../lib/time/dates';
import { type MinuteSpan, openSpans } from '../../lib/time/openingHours';
import { type Held, segmentsOf, stepMinutes, type TimelineRow, windowOf } from '../../lib/timeline/segments';

export type BookableUnit = BookableUnitsQuery['units']['nodes'][number];
export type Booking = DayBookingsQuery['bookings']['nodes'][number];

/** A booking that is on its way to the server, shown at once; it takes the booking's own id when the server has answered. */
export interface PendingBooking {
	readonly id: string;
	readonly unitId: string;
	readonly title: string;
	readonly startsAt: string;
	readonly endsAt: string;
	/** The server has it; only the list does not yet. */
	readonly isMade: boolean;
}

/** When a unit cannot be used, and why; without an end until somebody says so. */
export interface DayOutage {
	readonly outageId: string;
	readonly unitId: string;
	readonly startsAt: string;
	readonly endsAt: string | null;
	/** Null: somebody holds it otherwise, and it is simply taken. */
	readonly reason: string | null;
}

/** The name of what an outage holds in the timeline: one reaches several units. */
export const outageCell = ({ outageId, unitId }: DayOutage): string => `${outageId}/${unitId}`;

/** Whether a booking holds its unit: what waits for approval does too. */
export const holds = ({ state }: Booking): boolean => state === 'CONFIRMED' || state === 'PENDING';

interface DayInput {
	readonly units: readonly BookableUnit[];
	readonly bookings: readonly Booking[];
	readonly pending: readonly PendingBooking[];
	readonly outages: readonly DayOutage[];
	readonly day: string;
	readonly zone: string;
	readonly detailOf: (unit: BookableUnit) => string;
	/** The running minute when the day is today; below 0 before it, above 1440 after it. */
	readonly nowMinute: number;
}

export interface DayLayout {
	readonly rows: readonly TimelineRow[];
	readonly window: MinuteSpan;
}

/** One site's day as the timeline shows it: the units' rows, and the hours from the first opening to the last closing. */
export function layoutOf({ units, bookings, pending, outages, day, zone, detailOf, nowMinute }: DayInput): DayLayout {
	const held: Held[] = [
		...bookings.filter(holds).map((booking) => heldBy(booking.id, booking.unit.id, booking, day, zone)),
		// The list may bring a booking before it is struck off here.
		...pending
			.filter(({ id }) => !bookings.some((booking) => booking.id === id))
			.map((booking) => heldBy(booking.id, booking.unitId, booking, day, zone)),
	];
	const { until } = instantsOf(day, zone);
	const out: Held[] = outages.map((outage) =>
		heldBy(outageCell(outage), outage.unitId, { ...outage, endsAt: outage.endsAt ?? until }, day, zone),
	);
	const shownUnits = new Set(units.map(({ id }) => id));
	const openByUnit = new Map(units.map((unit) => [unit.id, openSpans(unit.openingHours, day)]));
	const window = windowOf(
		[...openByUnit.values()].flat(),
		held.filter(({ rowId }) => shownUnits.has(rowId)),
	);
	const bookableFrom = Math.ceil(nowMinute / stepMinutes) * stepMinutes;
	const rows = units.map((unit) => ({
		id: unit.id,
		name: unit.name,
		detail: detailOf(unit),
		segments: segmentsOf(
			[...held, ...out].filter(({ rowId }) => rowId === unit.id),
			openByUnit.get(unit.id) ?? [],
			window,
			bookableFrom,
		),
	}));
	return { rows, window };
}

function heldBy(
	id: string,
	rowId: string,
	span: { startsAt: string; endsAt: string },
	day: string,
	zone: string,
): Held {
	return { id, rowId, from: minuteOf(span.startsAt, day, zone), to: minuteOf(span.endsAt, day, zone) };
}

/** The times of day that can be chosen in the form, in steps, for the hours that the unit is open. */
export function timeOptions(unit: BookableUnit | undefined, day: string): { value: string; label: string }[] {
	const spans = unit ? openSpans(unit.openingHours, day) : [];
	const { from, to } = windowOf(spans, []);
	return Array.from({ length: (to - from) / stepMinutes + 1 }, (_, index) => {
		const minute = from + index * stepMinutes;
		return { value: String(minute), label: formatMinute(minute) };
	});
}

export const spanOf = (day: string, from: number, to: number, zone: string) => ({
	startsAt: instantAt(day, from, zone),
	endsAt: instantAt(day, to, zone),
});

const checkInLead = 15 * 60_000;

/** From when on a booking can be checked in: a quarter of an hour before its start. */
export const earliestCheckIn = (startsAt: string): string => new Date(Date.parse(startsAt) - checkInLead).toISOString();
