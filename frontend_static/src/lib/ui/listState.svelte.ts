import type { AnyVariables } from '@urql/core';
import type { Failure } from '../gql/failure';
import type { Operation } from '../gql/operation';
import { readAllPages, useAllPages } from '../gql/pages.svelte';
import { type QueryOptions, useQuery } from '../gql/query.svelte';
import { ListAddress, type PageInfo } from './list.svelte';
import type { Option } from './Select.svelte';

/** One thing to filter a list by: a part of the address, a chip in the toolbar and a variable of the query. */
export interface Filter<Value extends string = string> {
	/** Its name in the address. */
	readonly name: string;
	readonly label: () => string;
	readonly options: () => readonly Option[];
	/** Whether the server would take the value; what else the address holds counts as "all". */
	readonly accepts: (value: string) => value is Value;
}

/** A filter by one of a few known values. */
export function choice<Value extends string>(
	name: string,
	label: () => string,
	values: readonly Value[],
	nameOf: (value: Value) => string,
): Filter<Value> {
	return {
		name,
		label,
		options: () => values.map((value) => ({ value, label: nameOf(value) })),
		accepts: (value): value is Value => values.some((known) => known === value),
	};
}

/** The variables that every list sets by itself, from the address. */
type Own = 'first' | 'after' | 'last' | 'before' | 'search' | 'orderBy';
type OrderField<Variables> = Variables extends { orderBy?: { readonly field: infer Field } | null | undefined }
	? Field & string
	: never;

/** How a query's variables come from the address; a variable that the query does not have is refused by its type. */
export interface ListSpec<Variables> extends QueryOptions {
	readonly filters?: {
		readonly [Name in Exclude<keyof Variables, Own>]?: Filter<Extract<Variables[Name], string>>;
	};
	/** The search field's label; without it there is no search. */
	readonly search?: 'search' extends keyof Variables ? () => string : never;
	/** What the server can order by. */
	readonly orders?: readonly OrderField<Variables>[];
	/** Variables that the page knows from elsewhere. */
	readonly fixed?: () => Partial<Omit<Variables, Own>>;
}

interface Connection<Row> {
	readonly nodes: readonly Row[];
	readonly pageInfo: PageInfo;
	readonly totalCount: number;
}

/** A list as its card shows it: the rows of the address, or why there are none. */
export interface List<Row> {
	readonly address: ListAddress;
	readonly filters: readonly Filter[];
	readonly search: (() => string) | undefined;
	readonly data: readonly Row[] | undefined;
	readonly failure: Failure | null;
	readonly retry: () => void;
	/** Newer rows are on their way. */
	readonly stale: boolean;
	readonly page: PageInfo | undefined;
	/** All that the filters leave; nothing while it is not known. */
	readonly count: number | undefined;
	/** Every row that the filters leave, in the list's order; rejects with the failure's error. */
	readonly readAll: () => Promise<readonly Row[]>;
}

/** Follows one page of a connection, with filters, order and place from the address. */
export function useList<Data, Row, Variables extends AnyVariables>(
	operation: Operation<Data, Variables>,
	connectionOf: (data: Data) => Connection<Row>,
	spec: ListSpec<Variables> = {},
): List<Row> {
	const { asked, ...shared } = fromAddress(spec);
	const query = useQuery(operation, () => ({ ...asked(), ...shared.address.page }) as Variables, spec);
	const connection = $derived(query.data === undefined ? undefined : connectionOf(query.data));
	return {
		...shared,
		get data() {
			return connection?.nodes;
		},
		get failure() {
			return query.failure;
		},
		retry: query.retry,
		get stale() {
			return query.fetching;
		},
		get page() {
			return connection?.pageInfo;
		},
		get count() {
			return connection?.totalCount;
		},
		readAll: () => readAllPages(operation, asked(), connectionOf),
	};
}

/** Follows a connection to its end, for a view that needs all rows at once. */
export function useWholeList<Data, Row, Variables extends AnyVariables>(
	operation: Operation<Data, Variables>,
	connectionOf: (data: Data) => Connection<Row>,
	spec: ListSpec<Variables> = {},
): List<Row> {
	const { asked, ...shared } = fromAddress(spec);
	const pages = useAllPages(operation, asked, connectionOf, spec);
	return {
		...shared,
		get data() {
			return pages.nodes;
		},
		get failure() {
			return pages.failure;
		},
		retry: pages.retry,
		stale: false,
		page: undefined,
		get count() {
			return pages.complete ? pages.nodes?.length : undefined;
		},
		readAll: () => readAllPages(operation, asked(), connectionOf),
	};
}

/** What the address says to a query, without the place in the list. */
function fromAddress<Variables>(spec: ListSpec<Variables>) {
	const filters = Object.entries<Filter>({ ...spec.filters });
	const address = new ListAddress(filters.map(([, { name }]) => name));
	const { search, orders } = spec;

	const asked = () => {
		const chosen = filters.map(([variable, { name, accepts }]) => {
			const value = address.filter(name);
			return [variable, value !== null && accepts(value) ? value : null] as const;
		});
		return {
			...spec.fixed?.(),
			...Object.fromEntries(chosen),
			...(search ? { search: address.searchWords || null } : {}),
			...(orders ? { orderBy: orderOf(address, orders) } : {}),
		} as Omit<Variables, 'first' | 'after'>;
	};
	return { address, filters: filters.map(([, filter]) => filter), search, asked };
}

function orderOf(address: ListAddress, orders: readonly string[]) {
	const field = orders.find((known) => known === address.order?.key);
	return field ? { field, direction: address.order?.descending ? 'DESC' : 'ASC' } : null;
}
