import { router } from '../../lib/routing/router.svelte';
import { addMonths, type Day, firstOfMonth, todayIn, viewerZone } from '../../lib/time/dates';

export const thisDay = (): Day => todayIn(viewerZone());

/**
 * The month of the address, "2026-03", as its first day.
 *
 * Without one it is the last month that has ended: the running one has no invoices yet.
 */
export function monthShown(): Day {
	const month = router.search.get('month');
	return month && /^\d{4}-(0[1-9]|1[0-2])$/.test(month) ? `${month}-01` : addMonths(firstOfMonth(thisDay()), -1);
}
