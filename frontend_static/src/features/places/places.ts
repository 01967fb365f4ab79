import type { SitePlacesQuery } from '../../gql/schema';

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
