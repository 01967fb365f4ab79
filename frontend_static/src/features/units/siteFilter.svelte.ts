import { BookableSites } from '../../gql/BookableSites';
import { useQuery } from '../../lib/gql/query.svelte';
import { siteName } from '../../lib/sites';
import type { Filter } from '../../lib/ui/listState.svelte';

/** Filters a list by site; any id counts, for the sites come later than the address. */
export function useSiteFilter(label: () => string): Filter {
	const sites = useQuery(BookableSites, () => ({}));
	return {
		name: 'site',
		label,
		options: () => (sites.data?.sites.nodes ?? []).map((site) => ({ value: site.id, label: siteName(site) })),
		accepts: (value): value is string => value !== '',
	};
}
