import type { Failure } from '../gql/failure';
import type { TextKey } from '../i18n/keys';

/** The sentence for a failure that nobody expected. */
export function failureKey(failure: Failure): TextKey {
	switch (failure.kind) {
		case 'offline':
			return 'app:failure.offline';
		case 'signedOut':
			return 'app:failure.signedOut';
		case 'forbidden':
			return 'app:failure.forbidden';
		case 'notFound':
			return 'app:failure.notFound';
		case 'secondFactor':
			return 'app:failure.secondFactor';
		case 'busy':
			return 'app:failure.busy';
		case 'server':
			return 'app:failure.server';
	}
}
