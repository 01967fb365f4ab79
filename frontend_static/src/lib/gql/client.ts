import {
	type AnyVariables,
	Client,
	cacheExchange,
	createRequest,
	type Exchange,
	fetchExchange,
	type OperationContext,
} from '@urql/core';
import { retryExchange } from '@urql/exchange-retry';
import { filter, makeSubject, map, merge, pipe, share } from 'wonka';
import { locale } from '../i18n/i18n.svelte';
import { failureOf } from './failure';
import type { Operation } from './operation';

/**
 * Answers a local "these types changed" mutation without the network. The cache exchange in front of it then treats the
 * types as it would after any mutation: it forgets the answers that hold them and asks again for those on screen.
 */
const answerInvalidations: Exchange = ({ forward }) => {
	return (operations) => {
		const shared = share(operations);
		const local = pipe(
			shared,
			filter((operation) => operation.context.invalidatesOnly === true),
			map((operation) => ({ operation, data: {}, error: undefined, stale: false, hasNext: false })),
		);
		const remote = pipe(
			shared,
			filter((operation) => operation.context.invalidatesOnly !== true),
			forward,
		);
		return merge([local, remote]);
	};
};

/** Who has used up the points of the moment waits some seconds unasked; nothing was done, so that a mutation is sent again as well. */
const waitForPoints = retryExchange({
	initialDelayMs: 1_000,
	maxDelayMs: 8_000,
	maxNumberAttempts: 5,
	retryIf: (error) => failureOf(error).kind === 'busy',
});

function create(): Client {
	return new Client({
		url: '/graphql',
		preferGetMethod: false,
		fetchOptions: () => ({
			credentials: 'same-origin',
			headers: { 'X-Requested-With': 'incubator', 'Accept-Language': locale.current },
		}),
		exchanges: [cacheExchange, answerInvalidations, waitForPoints, fetchExchange],
	});
}

let current = create();
const knownTypes = new Set<string>();
const signOuts = makeSubject<void>();

/** Tells when an answer said that nobody is signed in any more. */
export const signedOutElsewhere = signOuts.source;
export const reportSignedOut = () => signOuts.next();

export const client = () => current;

/** Forgets every cached answer: another person or another organisation looks at the screen from now on. */
export function resetClient(): void {
	current = create();
	knownTypes.clear();
}

export function requestOf<Data, Variables extends AnyVariables>(
	operation: Operation<Data, Variables>,
	variables: Variables,
) {
	for (const type of operation.types) knownTypes.add(type);
	return createRequest<Data, Variables>(operation.text, variables);
}

/** Asks for an answer ahead of the page that will show it; the page then finds it in the cache, or joins the request. */
export function prefetch<Data, Variables extends AnyVariables>(
	operation: Operation<Data, Variables>,
	variables: Variables,
	also: readonly string[] = [],
): void {
	const context: Partial<OperationContext> = { additionalTypenames: [...operation.types, ...also] };
	void current.executeQuery(requestOf(operation, variables), context).toPromise();
}

const invalidation = 'mutation Invalidate { __typename }';
let invalidations = 0;

/** Makes every cached answer that holds one of these types old; what is on screen is asked for again. */
export function invalidate(types: Iterable<string>): void {
	invalidations += 1;
	// The count makes each request its own operation, since equal ones that are under way are joined.
	const request = createRequest(invalidation, { count: invalidations });
	void current.executeMutation(request, { invalidatesOnly: true, additionalTypenames: [...types] }).toPromise();
}

export const invalidateEverything = () => invalidate(knownTypes);
