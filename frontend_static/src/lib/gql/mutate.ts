import type { AnyVariables } from '@urql/core';
import { client, reportSignedOut, requestOf } from './client';
import { type Failure, failureOf } from './failure';
import type { Operation } from './operation';

/** One expected "no" of the server: the rule's code, its sentence in the person's language, and the input it is about. */
export interface Refusal {
	readonly code: string;
	readonly message: string;
	readonly path: readonly string[];
}

export type Outcome<Payload> =
	| { readonly kind: 'done'; readonly payload: Payload }
	| { readonly kind: 'refused'; readonly refusals: readonly Refusal[] }
	| { readonly kind: 'failed'; readonly failure: Failure };

type PayloadOf<Data> = Data[keyof Data];

/** Sends a mutation; expected refusals come back as values, so that a form can show them beside their fields. */
export async function mutate<Data extends object, Variables extends AnyVariables>(
	operation: Operation<Data, Variables>,
	variables: Variables,
	also: readonly string[] = [],
): Promise<Outcome<PayloadOf<Data>>> {
	const result = await client()
		.executeMutation<Data, Variables>(requestOf(operation, variables), {
			additionalTypenames: [...operation.types, ...also],
		})
		.toPromise();
	if (result.error || !result.data) {
		const failure: Failure = result.error ? failureOf(result.error) : { kind: 'server', traceId: null };
		if (failure.kind === 'signedOut') reportSignedOut();
		return { kind: 'failed', failure };
	}
	const payload = Object.values(result.data)[0] as PayloadOf<Data> & { readonly errors: readonly Refusal[] };
	if (payload.errors.length > 0) return { kind: 'refused', refusals: payload.errors };
	return { kind: 'done', payload };
}

/** A key that makes a repeated request of the same form count once. */
export const newKey = (): string => crypto.randomUUID();
