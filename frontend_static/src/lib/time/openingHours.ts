import { locale } from '../i18n/i18n.svelte';
import type { Day } from './dates';

/** Wall-clock minutes from the day's midnight, half open. */
export interface MinuteSpan {
	readonly from: number;
	readonly to: number;
}

/** One rule of opening hours: some days of the week, 0 for Monday, and their spans. */
interface Rule {
	readonly first: number;
	readonly last: number;
	readonly spans: readonly MinuteSpan[];
}

const weekdays = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'];
const shape = /^(?:([A-Z][a-z])(?:-([A-Z][a-z]))?\s+)?(\d\d:\d\d-\d\d:\d\d(?:,\d\d:\d\d-\d\d:\d\d)*)$/;

/** Reads the server's notation, "Mo-Fr 08:00-18:00; Sa 09:00-12:00" or "24/7"; a part that does not parse is left out. */
function rulesOf(openingHours: string): Rule[] {
	if (openingHours.trim() === '24/7') return [{ first: 0, last: 6, spans: [{ from: 0, to: 24 * 60 }] }];
	return openingHours.split(';').flatMap((part) => {
		const match = shape.exec(part.trim());
		if (!match?.[3]) return [];
		const first = match[1] ? weekdays.indexOf(match[1]) : 0;
		const last = match[2] ? weekdays.indexOf(match[2]) : match[1] ? first : 6;
		return first < 0 || last < 0 ? [] : [{ first, last, spans: match[3].split(',').map(spanOf) }];
	});
}

function spanOf(text: string): MinuteSpan {
	const minutes = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
	return { from: minutes(text.slice(0, 5)), to: minutes(text.slice(6)) };
}

const covers = ({ first, last }: Rule, weekday: number) =>
	first <= last ? weekday >= first && weekday <= last : weekday >= first || weekday <= last;

/** The spans in which a day is open, ascending; empty when it is closed. */
export function openSpans(openingHours: string, day: Day): MinuteSpan[] {
	const weekday = Temporal.PlainDate.from(day).dayOfWeek - 1;
	return rulesOf(openingHours)
		.filter((rule) => covers(rule, weekday))
		.flatMap(({ spans }) => spans)
		.toSorted((a, b) => a.from - b.from);
}

/** The opening hours in the reader's words: "Mon – Fri 08:00–18:00, Sat 09:00–12:00". */
export function formatOpeningHours(openingHours: string): string {
	const rules = rulesOf(openingHours);
	if (rules.length === 0) return openingHours;
	// 2024 began with a Monday.
	const dayName = (weekday: number) =>
		new Intl.DateTimeFormat(locale.formats, { weekday: 'short', timeZone: 'UTC' }).format(
			Date.UTC(2024, 0, 1 + weekday),
		);
	const clock = (minute: number) =>
		`${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
	return rules
		.map(({ first, last, spans }) => {
			const days = first === last ? dayName(first) : `${dayName(first)} – ${dayName(last)}`;
			return `${days} ${spans.map(({ from, to }) => `${clock(from)}–${clock(to)}`).join(', ')}`;
		})
		.join('; ');
}
