import type { Outcome } from '../lib/gql/mutate';
import type { AuthAnswer } from './auth';

/** The answer of a sign-in route as a form understands it; codes that belong to a field name it. */
export function outcomeOf(answer: AuthAnswer, fieldsByCode: Readonly<Record<string, string>> = {}): Outcome<true> {
	switch (answer.kind) {
		case 'done':
			return { kind: 'done', payload: true };
		case 'offline':
			return { kind: 'failed', failure: { kind: 'offline' } };
		case 'refused': {
			if (answer.code === 'RateLimited') {
				return { kind: 'failed', failure: { kind: 'busy', retryAfterS: answer.retryAfterS } };
			}
			if (answer.message === '') return { kind: 'failed', failure: { kind: 'server', traceId: null } };
			const field = fieldsByCode[answer.code];
			return {
				kind: 'refused',
				refusals: [{ code: answer.code, message: answer.message, path: field ? [field] : [] }],
			};
		}
	}
}
