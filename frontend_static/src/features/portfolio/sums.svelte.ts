import { PortfolioTotals } from '../../gql/PortfolioTotals';
import type { Failure } from '../../lib/gql/failure';
import { useAllPages } from '../../lib/gql/pages.svelte';
import { behindPortfolio, type PortfolioSum, sumsOf } from './portfolio';

interface Filters {
	readonly month: string;
	readonly siteId: string | null;
	readonly search: string | null;
}

/** The sums over every line that the filters leave, on all pages; null until the last page is there. */
export function useSums(filters: () => Filters): {
	readonly value: readonly PortfolioSum[] | null;
	readonly failure: Failure | null;
	readonly retry: () => void;
} {
	const pages = useAllPages(PortfolioTotals, filters, (data) => data.portfolio, { also: behindPortfolio });
	const value = $derived(pages.complete && pages.nodes ? sumsOf(pages.nodes) : null);
	return {
		get value() {
			return value;
		},
		get failure() {
			return pages.failure;
		},
		retry: pages.retry,
	};
}
