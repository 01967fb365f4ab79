import type { AnyVariables } from '@urql/core';
import { pipe, subscribe } from 'wonka';
import { client, reportSignedOut, requestOf } from './client';
import { type Failure, failureOf } from './failure';
import { live } from './live.svelte';
import type { Operation } from './operation';
import type { QueryOptions } from './query.svelte';

export interface Connection<Node> {
	readonly nodes: readonly Node[];
	readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
	readonly totalCount: number;
}

/** Options of a list that is followed to its end; a page is charged in points for all that it may hold. */
export interface AllPagesOptions extends QueryOptions {
	readonly pageSize?: number;
}

const largestPage = 100;

/** All nodes of a connection, page after page, each page kept up to date on its own. */
export class AllPages<Node> {
	nodes = $state.raw<readonly Node[] | undefined>();
	failure = $state.raw<Failure | null>(null);
	complete = $state(false);
	#attempt = $state(0);

	get attempt(): number {
		return this.#attempt;
	}

	get loading(): boolean {
		return this.nodes === undefined && this.failure === null;
	}

	retry = (): void => {
		this.#attempt += 1;
	};
}

/**
 * Follows a connection to its end.
 *
 * The nodes of the first page are shown as soon as they come; `complete` says when the last page is there, which sums over
 * all nodes must wait for.
 */
export function useAllPages<Data, Node, Variables extends AnyVariables>(
	operation: Operation<Data, Variables>,
	variables: () => Omit<Variables, 'first' | 'after'> | null,
	connectionOf: (data: Data) => Connection<Node>,
	options: AllPagesOptions = {},
): AllPages<Node> {
	const state = new AllPages<Node>();
	const key = $derived(JSON.stringify(variables()));
	const pageSize = options.pageSize ?? largestPage;
	const additionalTypenames = [...operation.types, ...(options.also ?? [])];

	$effect.pre(() => {
		const base = JSON.parse(key) as Variables | null;
		const again = state.attempt > 0;
		if (base === null) return;
		const pages: Connection<Node>[] = [];
		const stops: (() => void)[] = [];
		let answered = false;
		state.failure = null;
		state.complete = false;

		const follow = (index: number, after: string | null) => {
			const request = requestOf(operation, { ...base, first: pageSize, after } as Variables);
			const subscription = pipe(
				client().executeQuery(request, {
					additionalTypenames,
					requestPolicy: again ? 'network-only' : live.followed ? 'cache-first' : 'cache-and-network',
				}),
				subscribe((result) => {
					if (result.error) {
						state.failure = failureOf(result.error);
						if (state.failure.kind === 'signedOut') reportSignedOut();
						if (!answered) state.nodes = undefined;
						return;
					}
					answered = true;
					state.failure = null;
					const page = connectionOf(result.data as Data);
					const cursorMoved = pages[index]?.pageInfo.endCursor !== page.pageInfo.endCursor;
					pages[index] = page;
					if (cursorMoved || !page.pageInfo.hasNextPage) {
						for (const stop of stops.splice(index + 1)) stop();
						pages.length = index + 1;
						if (page.pageInfo.hasNextPage) follow(index + 1, page.pageInfo.endCursor);
					}
					state.nodes = pages.flatMap((each) => each.nodes);
					state.complete = !pages.at(-1)?.pageInfo.hasNextPage;
				}),
			);
			stops[index] = () => subscription.unsubscribe();
		};

		follow(0, null);
		return () => {
			for (const stop of stops) stop();
		};
	});
	return state;
}

/** Reads all nodes once, for an export; rejects with the failure's error. */
export async function readAllPages<Data, Node, Variables extends AnyVariables>(
	operation: Operation<Data, Variables>,
	variables: Omit<Variables, 'first' | 'after'>,
	connectionOf: (data: Data) => Connection<Node>,
): Promise<Node[]> {
	const nodes: Node[] = [];
	for (let after: string | null = null; ; ) {
		const request = requestOf(operation, { ...variables, first: largestPage, after } as unknown as Variables);
		const result = await client().executeQuery(request, { requestPolicy: 'network-only' }).toPromise();
		if (result.error) throw result.error;
		const page = connectionOf(result.data as Data);
		nodes.push(...page.nodes);
		if (!page.pageInfo.hasNextPage) return nodes;
		after = page.pageInfo.endCursor;
	}
}
