import { PoolQuote } from '../../gql/PoolQuote';
import { Pools } from '../../gql/Pools';
import type { BookingQuoteQueryVariables, PoolsQuery } from '../../gql/schema';
import { useQuery } from '../../lib/gql/query.svelte';
import { t } from '../../lib/i18n/i18n.svelte';

export type Pool = PoolsQuery['pools'][number];

/** What changes how many are free. */
const also = ['Booking', 'Outage', 'Rental', 'RentalHold', 'WaitingEntry'];

/** "Any of Benches · 2 of 8 free"; without the count while it is not known. */
export const poolText = ({ name, units, free }: Pool): string =>
	free === null ? t('booking:pool.any', { pool: name }) : t('booking:pool.anyFree', { pool: name, free, units });

/** The pools of a site, with how many of each are free in a time. */
export const usePools = (span: () => { siteId: string; from: string; until: string } | null) =>
	useQuery(Pools, span, { also });

/** What any unit of a pool costs; nothing is asked without one. */
export const usePoolQuote = (pool: () => Pool | undefined, asked: () => BookingQuoteQueryVariables | null) =>
	useQuery(
		PoolQuote,
		() => {
			const [of, time] = [pool(), asked()];
			if (!of || !time) return null;
			const { startsAt, endsAt, organizationId, companionId } = time;
			return { poolId: of.id, startsAt, endsAt, organizationId, companionId };
		},
		{ also },
	);
