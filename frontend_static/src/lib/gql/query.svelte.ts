import type { AnyVariables } from '@urql/core';
import { onEnd, pipe, subscribe } from 'wonka';
import { client, reportSignedOut, requestOf } from './client';
import { type Failure, failureOf } from './failure';
import { live } from './live.svelte';
import type { Operation } from './operation';

export interface QueryOptions {
	/** Types that are not in the answer but whose change changes it, such as invoices behind a portfolio line. */
	readonly also?: readonly string[];
}

/** What a page shows of one query: data, or why there is none; old data stays while newer data is on its way. */
export class QueryState<Data> {
	data = $state.raw<Data>();
	failure = $state.raw<Failure | null>(null);
	fetching = $state(true);
	#attempt = $state(0);

	get attempt(): number {
		return this.#attempt;
	}

	/** True until the first answer, good or bad. */
	get loading(): boolean {
		return this.data === undefined && this.failure === null;
	}

	retry = (): void => {
		this.#attempt += 1;
	};
}

/**
 * Keeps the answer of a query up to date for the component that calls it.
 *
 * `variables` is read reactively; while it gives null nothing is asked.
 */
export function useQuery<Data, Variables extends AnyVariables>(
	operation: Operation<Data, Variables>,
	variables: () => Variables | null,
	options: QueryOptions = {},
): QueryState<Data> {
	const state = new QueryState<Data>();
	const key = $derived(JSON.stringify(variables()));
	const additionalTypenames = [...operation.types, ...(options.also ?? [])];

	$effect.pre(() => {
		const current = JSON.parse(key) as Variables | null;
		const again = state.attempt > 0;
		if (current === null) return;
		const request = requestOf(operation, current);
		let answered = false;
		state.failure = null;
		state.fetching = true;
		const subscription = pipe(
			client().executeQuery(request, {
				additionalTypenames,
				requestPolicy: again ? 'network-only' : live.followed ? 'cache-first' : 'cache-and-network',
			}),
			onEnd(() => {
				state.fetching = false;
			}),
			subscribe((result) => {
				state.fetching = result.stale;
				if (result.error) {
					state.failure = failureOf(result.error);
					if (state.failure.kind === 'signedOut') reportSignedOut();
					// Data of other variables must not stand under the new ones; a failed refresh keeps what is there.
					if (!answered) state.data = undefined;
					return;
				}
				answered = true;
				state.failure = null;
				state.data = result.data as Data;
			}),
		);
		return () => subscription.unsubscribe();
	});
	return state;
}
