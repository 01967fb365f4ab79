import type { FreeSlotsQuery } from '../../gql/schema';
import { t } from '../../lib/i18n/i18n.svelte';
import { dayOf, formatDay, formatTimeOfDay, minuteOf } from '../../lib/time/dates';
import type { BookableUnit } from './day';

export type Slot = FreeSlotsQuery['freeSlots'][number];

/** The lengths to look for, in minutes. */
export const lengths = [30, 60, 90, 120, 180, 240, 360, 480] as const;

/** The address that opens the booking form with a free time filled in. */
export function hrefOfSlot({ unit, startsAt, endsAt }: Slot): string {
	const zone = unit.site.timeZone;
	const day = dayOf(startsAt, zone);
	const search = new URLSearchParams({
		site: unit.site.id,
		day,
		new: '1',
		unit: unit.id,
		from: String(minuteOf(startsAt, day, zone)),
		to: String(minuteOf(endsAt, day, zone)),
	});
	return `/bookings?${search}`;
}

interface Span {
	readonly startsAt: string;
	readonly endsAt: string;
}

/** "Tue 24 Nov · 10:00 – 11:00" on the site's clock. */
export const whenOf = ({ startsAt, endsAt }: Span, zone: string): string =>
	`${formatDay(dayOf(startsAt, zone), 'weekday')} · ${t('app:range', {
		from: formatTimeOfDay(startsAt, zone),
		to: formatTimeOfDay(endsAt, zone),
	})}`;

/** The time that an address names for the form, when its unit can be booked here. */
export function foundTime(search: URLSearchParams, units: readonly BookableUnit[]) {
	const unitId = search.get('unit') ?? '';
	const from = Number(search.get('from') ?? Number.NaN);
	const to = Number(search.get('to') ?? Number.NaN);
	const isTime = Number.isInteger(from) && Number.isInteger(to) && from >= 0 && to > from && to <= 2880;
	return isTime && units.some(({ id }) => id === unitId) ? { unitId, from, to } : null;
}

/** Free times by day of their site and then by time. */
export function byDay(slots: readonly Slot[]): { readonly day: string; readonly slots: readonly Slot[] }[] {
	const days = new Map<string, Slot[]>();
	for (const slot of slots) {
		const day = dayOf(slot.startsAt, slot.unit.site.timeZone);
		days.set(day, [...(days.get(day) ?? []), slot]);
	}
	return [...days].sort(([a], [b]) => a.localeCompare(b)).map(([day, of]) => ({ day, slots: of }));
}

/** Words of equipment as they are typed: "confocal, incubator". */
export const equipmentOf = (text: string): string[] =>
	text
		.split(/[,;，、]/)
		.map((word) => word.trim().toLowerCase())
		.filter(Boolean)
		.slice(0, 10);
