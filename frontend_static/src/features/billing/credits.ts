import type { CustomerCreditsQuery } from '../../gql/schema';

export type Credit = CustomerCreditsQuery['customerCredits']['nodes'][number];

/** More than anybody has; the server gives no more at once. */
export const atOnce = 100;
