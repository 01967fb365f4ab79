import type { Day } from '../../lib/time/dates';

export const frequencies = ['', 'DAILY', 'WEEKLY', 'MONTHLY'] as const;
export type Frequency = (typeof frequencies)[number];
export const mostTimes = 366;

/** How a booking comes again, as the form holds it; an empty frequency is once. */
export interface Repeat {
	readonly repeat: string;
	readonly ends: string;
	readonly times: string;
	readonly until: Day;
}

export const once: Repeat = { repeat: '', ends: 'times', times: '10', until: '' };

const isTimes = (text: string) => /^\d{1,3}$/.test(text.trim()) && Number(text) >= 2 && Number(text) <= mostTimes;
const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text);

/** The rule of RFC 5545: "FREQ=WEEKLY;COUNT=10"; null when it is once, or when the end is not known yet. */
export function ruleOf({ repeat, ends, times, until }: Repeat): string | null {
	if (repeat === '') return null;
	if (ends === 'times') return isTimes(times) ? `FREQ=${repeat};COUNT=${Number(times)}` : null;
	return isDay(until) ? `FREQ=${repeat};UNTIL=${until.replaceAll('-', '')}` : null;
}

/** Whether the number of times can be used, where it is asked for. */
export const timesFit = ({ repeat, ends, times }: Repeat): boolean =>
	repeat === '' || ends !== 'times' || isTimes(times);

/** Whether the last day is one after the first, where it is asked for. */
export const untilFits = ({ repeat, ends, until, day }: Repeat & { readonly day: Day }): boolean =>
	repeat === '' || ends !== 'day' || (isDay(until) && until > day);
