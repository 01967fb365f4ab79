import { dayOf } from '../../lib/time/dates';

interface Begun {
	readonly id: string;
	readonly startsAt: string;
}

interface Place {
	readonly id: string;
	readonly timeZone: string;
}

/** The address that opens a booking beside its day. */
export const hrefOfBooking = ({ id, startsAt }: Begun, site: Place): string =>
	`/bookings?${new URLSearchParams({ site: site.id, day: dayOf(startsAt, site.timeZone), booking: id })}`;
