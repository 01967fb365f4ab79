import { t } from './i18n/i18n.svelte';
import { type Day, formatDay, todayIn } from './time/dates';

/** A site as lists show it. */
export interface ListedSite {
	readonly name: string;
	readonly timeZone: string;
	readonly closesOn: Day | null;
}

/** Whether a site is closed on a day of its calendar, today when none is named. */
export const isClosed = ({ closesOn, timeZone }: Omit<ListedSite, 'name'>, on: Day = todayIn(timeZone)): boolean =>
	closesOn !== null && closesOn <= on;

/** The sites at which something new can be: a closed one stays in lists of what was. */
export const openSites = <Site extends ListedSite>(sites: readonly Site[]): Site[] =>
	sites.filter((site) => !isClosed(site));

/** A site's name in a list, which says when it is closed. */
export const siteName = (site: ListedSite): string =>
	isClosed(site) ? t('app:siteClosedName', { name: site.name }) : site.name;

/** What a site says of its closing. */
export const closingText = (site: ListedSite & { readonly closesOn: Day }): string =>
	t(isClosed(site) ? 'app:siteClosedSince' : 'app:siteClosesOn', { site: site.name, day: formatDay(site.closesOn) });
