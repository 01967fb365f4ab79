import { router } from '../routing/router.svelte';

const pageSize = 25;

export interface PageInfo {
	readonly hasNextPage: boolean;
	readonly hasPreviousPage: boolean;
	readonly startCursor: string | null;
	readonly endCursor: string | null;
}

/** What a list shows, kept in the address: search words, filters, order and place. */
export class ListAddress {
	readonly #filterNames: readonly string[];

	constructor(filterNames: readonly string[] = []) {
		this.#filterNames = filterNames;
	}

	get searchWords(): string {
		return router.search.get('q') ?? '';
	}

	get order(): { readonly key: string; readonly descending: boolean } | null {
		const value = router.search.get('order');
		if (!value) return null;
		return value.startsWith('-') ? { key: value.slice(1), descending: true } : { key: value, descending: false };
	}

	/** Null when nothing is chosen, which the server takes as "all". */
	filter(name: string): string | null {
		return router.search.get(name);
	}

	get isFiltered(): boolean {
		return this.searchWords !== '' || this.#filterNames.some((name) => this.filter(name) !== null);
	}

	/** The connection's arguments for the place in the list. */
	get page(): { first?: number; after?: string; last?: number; before?: string } {
		const before = router.search.get('before');
		if (before) return { last: pageSize, before };
		const after = router.search.get('after');
		return after ? { first: pageSize, after } : { first: pageSize };
	}

	setSearchWords(words: string): void {
		router.setSearch({ q: words, after: null, before: null });
	}

	setFilter(name: string, value: string | null): void {
		router.setSearch({ [name]: value, after: null, before: null }, { push: true });
	}

	/** The key of the row that stands open beside the list. */
	get openKey(): string | null {
		return router.search.get('open');
	}

	/** The same view with a row open beside it. */
	hrefOf(key: string): string {
		return router.hrefWith({ open: key });
	}

	close = (): void => router.setSearch({ open: null });

	/** First press: this order; second press: the other way round. */
	toggleOrder(key: string): void {
		const descending = this.order?.key === key && !this.order.descending;
		router.setSearch({ order: (descending ? '-' : '') + key, after: null, before: null }, { push: true });
	}

	clear(): void {
		const nothing = Object.fromEntries(['q', 'after', 'before', ...this.#filterNames].map((name) => [name, null]));
		router.setSearch(nothing, { push: true });
	}

	nextPage(page: PageInfo): void {
		router.setSearch({ after: page.endCursor, before: null }, { push: true });
	}

	previousPage(page: PageInfo): void {
		router.setSearch({ before: page.startCursor, after: null }, { push: true });
	}
}
