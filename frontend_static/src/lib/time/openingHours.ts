import type { Day } from './dates';

/** Wall-clock minutes from the day's midnight, half open. */
export interface MinuteSpan {
	readonly from: number;
	readonly to: number;
}

const weekdays = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'];

/**
 * Reads one day's spans out of opening hours such as "Mo-Fr 07:00-21:00; Sa 09:00-13:00".
 *
 * A later rule replaces earlier ones for its days, "off" closes them. What does not parse is taken as closed.
 */
export function openSpans(openingHours: string, day: Day): MinuteSpan[] {
	const weekday = Temporal.PlainDate.from(day).dayOfWeek - 1;
	let spans: MinuteSpan[] = [];
	for (const rule of openingHours.split(';')) {
		const match = /^\s*([A-Z][a-z](?:[-,][A-Z][a-z])*)\s+(.+?)\s*$/.exec(rule);
		if (!match?.[1] || !match[2] || !coversWeekday(match[1], weekday)) continue;
		spans = match[2] === 'off' ? [] : match[2].split(',').flatMap(spanOf);
	}
	return spans;
}

function coversWeekday(list: string, weekday: number): boolean {
	return list.split(',').some((part) => {
		const [first = '', last = first] = part.split('-');
		const from = weekdays.indexOf(first);
		const to = weekdays.indexOf(last);
		if (from < 0 || to < 0) return false;
		return from <= to ? weekday >= from && weekday <= to : weekday >= from || weekday <= to;
	});
}

function spanOf(text: string): MinuteSpan[] {
	const match = /^\s*(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})\s*$/.exec(text);
	if (!match) return [];
	const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = match.slice(1).map(Number);
	const span = { from: fromHour * 60 + fromMinute, to: toHour * 60 + toMinute };
	return span.to > span.from ? [span] : [];
}
