import type { CombinedError } from '@urql/core';

/** Why an operation brought no data, in the words that a page needs to choose what to show. */
export type Failure =
	| { readonly kind: 'offline' }
	| { readonly kind: 'signedOut' }
	| { readonly kind: 'forbidden' }
	| { readonly kind: 'notFound' }
	| { readonly kind: 'secondFactor' }
	| { readonly kind: 'busy'; readonly retryAfterS: number | null }
	| { readonly kind: 'server'; readonly traceId: string | null };

const byCode: Readonly<Record<string, Failure>> = {
	NotSignedIn: { kind: 'signedOut' },
	Forbidden: { kind: 'forbidden' },
	NotFound: { kind: 'notFound' },
	TwoFactorRequired: { kind: 'secondFactor' },
};

export function failureOf(error: CombinedError): Failure {
	const status = (error.response as Response | undefined)?.status;
	if (status === 401) return { kind: 'signedOut' };
	if (status === 403) return { kind: 'forbidden' };
	for (const { extensions } of error.graphQLErrors) {
		const code = String(extensions?.code ?? '');
		const known = byCode[code];
		if (known) return known;
		if (code === 'RateLimited') return { kind: 'busy', retryAfterS: numberOrNull(extensions.retryAfterS) };
		if (typeof extensions?.traceId === 'string') return { kind: 'server', traceId: extensions.traceId };
	}
	if (status === 429) return { kind: 'busy', retryAfterS: null };
	if (error.networkError && (status === undefined || status === 0)) return { kind: 'offline' };
	return { kind: 'server', traceId: null };
}

function numberOrNull(value: unknown): number | null {
	return typeof value === 'number' ? value : null;
}
