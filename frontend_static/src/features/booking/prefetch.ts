import { BookableSites } from '../../gql/BookableSites';
import { BookableUnits } from '../../gql/BookableUnits';
import { DayBookings } from '../../gql/DayBookings';
import { OwnSite } from '../../gql/OwnSite';
import { prefetch } from '../../lib/gql/client';
import type { Params } from '../../lib/routing/router.svelte';
import { instantsOf, todayIn } from '../../lib/time/dates';
import { rememberedSite } from './site';

/** Asks for what the bookings page will show: all of it when the site is known from the last time, else the sites. */
export function prefetchBookings(_params: Params, search: URLSearchParams): void {
	prefetch(BookableSites, {});
	const known = rememberedSite();
	if (!known) {
		prefetch(OwnSite, {});
		return;
	}
	const { id: siteId, timeZone } = known;
	if (search.has('site') && search.get('site') !== siteId) return;
	const day = search.get('day') ?? todayIn(timeZone);
	prefetch(BookableUnits, { siteId, kind: null, first: 100, after: null });
	prefetch(DayBookings, { siteId, ...instantsOf(day, timeZone), first: 100, after: null });
}
