import { type Day, daysBetween } from '../../lib/time/dates';

interface Agreement {
	readonly hoursPerWeek: number;
	readonly startsOn: Day;
	readonly endsOn: Day;
}

/** The minutes agreed from the start until today or the last day, each begun week in proportion to its days. */
export function agreedMinutes({ hoursPerWeek, startsOn, endsOn }: Agreement, today: Day): number {
	const last = today < endsOn ? today : endsOn;
	const days = Math.max(0, daysBetween(startsOn, last) + 1);
	return Math.round((days / 7) * hoursPerWeek * 60);
}
