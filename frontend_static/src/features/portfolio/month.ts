import { router } from '../../lib/routing/router.svelte';
import { type Day, firstOfMonth, todayIn, viewerZone } from '../../lib/time/dates';

export const thisDay = (): Day => todayIn(viewerZone());

/** The month of the address, "2026-03", as its first day; without one, the running month. */
export function monthShown(): Day {
	const month = router.search.get('month');
	return month && /^\d{4}-(0[1-9]|1[0-2])$/.test(month) ? `${month}-01` : firstOfMonth(thisDay());
}
