import { vi } from 'vitest';

/** What the server answers to one operation: data, data made of the variables, or one of the ways to fail. */
export type Answer =
	| object
	| ((variables: Record<string, unknown>) => object)
	| 'never'
	| 'offline'
	| 'fails'
	| 'signedOut'
	| 'forbidden'
	| 'busy';

export interface Sent {
	readonly operation: string;
	readonly variables: Record<string, unknown>;
}

const connection = {
	nodes: [],
	totalCount: 0,
	pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
};

/** A connection of these nodes, all on one page. */
export const page = (nodes: readonly object[]) => ({ ...connection, nodes, totalCount: nodes.length });

/**
 * Stands in for the network: answers POST /graphql by the operation's name.
 *
 * Gives what was sent, in order. Answers can be changed while a test runs.
 */
export function serve(answers: Record<string, Answer>) {
	const sent: Sent[] = [];
	const respond = async (_url: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
		const { query, variables = {} } = JSON.parse(String(init?.body));
		const operation = /(?:query|mutation) (\w+)/.exec(query)?.[1] ?? '';
		sent.push({ operation, variables });
		const answer = answers[operation];
		if (answer === undefined) throw new Error(`no answer is set for ${operation}`);
		if (answer === 'never') return new Promise(() => {});
		if (answer === 'offline') throw new TypeError('Failed to fetch');
		if (typeof answer === 'string')
			return json({ data: null, errors: [{ message: 'no', extensions: failures[answer] }] });
		return json({ data: typeof answer === 'function' ? answer(variables) : answer });
	};
	vi.stubGlobal('fetch', vi.fn(respond));
	return {
		sent,
		answers,
		variablesOf: (operation: string) =>
			sent.filter((each) => each.operation === operation).map(({ variables }) => variables),
	};
}

const failures: Record<string, object> = {
	fails: { code: 'Defect', traceId: 'trace-1' },
	signedOut: { code: 'NotSignedIn' },
	forbidden: { code: 'Forbidden' },
	busy: { code: 'RateLimited', retryAfterS: 1 },
};

const json = (body: object) =>
	new Response(JSON.stringify(body), { status: 200, headers: { 'content-type': 'application/json' } });
