import type { SiteClosingPreviewQuery, SitePlacesQuery, SiteSettingsQuery } from '../../gql/schema';

export type Floor = SitePlacesQuery['floors'][number];

/** What is about to be added, into what, and how that is called. */
export interface NewPlace {
	readonly kind: 'building' | 'floor' | 'room' | 'pool';
	/** The id of the site, building or floor. */
	readonly into: string;
	readonly where: string;
}

/** The largest plan that the server takes, in characters. */
export const longestPlan = 400_000;

/** A site as its settings read it. */
export type SiteToSet = Extract<NonNullable<SiteSettingsQuery['node']>, { readonly __typename: 'Site' }>;

/** How many contracts reach past the day on which a site would close. */
export const inTheWay = ({ rentalCount, residencyCount }: SiteClosingPreviewQuery['siteClosingPreview']): number =>
	rentalCount + residencyCount;
