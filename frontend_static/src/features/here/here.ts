import type { UnitHereQuery } from '../../gql/schema';
import { earliestCheckIn } from '../booking/day';

export type HereBooking = UnitHereQuery['bookings']['nodes'][number];

/** The booking that one can be here for, its check-in open already, and the one after it; in order of their start. */
export function currentAndNext(bookings: readonly HereBooking[], now: number) {
	const ahead = bookings.filter(({ state, endsAt }) => state === 'CONFIRMED' && Date.parse(endsAt) > now);
	const [first, second] = ahead;
	// Own bookings begin with their check-in; those of others at their start.
	const begins = first && (first.isMine ? earliestCheckIn(first.startsAt) : first.startsAt);
	if (!first || !begins || Date.parse(begins) > now) return { current: null, next: first ?? null };
	return { current: first, next: second ?? null };
}
