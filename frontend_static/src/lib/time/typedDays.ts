import { locale } from '../i18n/i18n.svelte';
import type { Day } from './dates';

type Part = 'day' | 'month' | 'year';

function partsOrder(formats: string): readonly Part[] {
	const parts = new Intl.DateTimeFormat(formats, { day: '2-digit', month: '2-digit', year: 'numeric' }).formatToParts();
	return parts.map(({ type }) => type).filter((type): type is Part => ['day', 'month', 'year'].includes(type));
}

/** A day in the digits of the reader's region, "31.12.2026"; what is no day comes back as it is. */
export function formatTypedDay(day: string): string {
	if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return day;
	const format = new Intl.DateTimeFormat(locale.formats, {
		day: '2-digit',
		month: '2-digit',
		year: 'numeric',
		timeZone: 'UTC',
	});
	return format.format(new Date(`${day}T00:00:00Z`));
}

/**
 * Reads a typed day in the order of the reader's region, or as "2026-12-31"; a missing year is that of `today`.
 *
 * Gives null for what is no day of the calendar.
 */
export function parseDay(text: string, today: Day, formats = locale.formats): Day | null {
	const numbers = text.trim().split(/\D+/).filter(Boolean);
	if (numbers.length < 2 || numbers.length > 3) return null;
	const yearFirst = numbers[0]?.length === 4;
	const order = yearFirst
		? (['year', 'month', 'day'] as const)
		: partsOrder(formats).filter((part) => numbers.length === 3 || part !== 'year');
	const values: Record<Part, number> = { day: 0, month: 0, year: Number(today.slice(0, 4)) };
	order.forEach((part, index) => {
		values[part] = Number(numbers[index]);
	});
	if (values.year < 100) values.year += 2000;
	try {
		return Temporal.PlainDate.from(values, { overflow: 'reject' }).toString();
	} catch (error) {
		if (error instanceof RangeError) return null;
		throw error;
	}
}
