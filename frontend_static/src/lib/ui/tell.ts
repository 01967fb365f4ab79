import { failureKey } from '../form/failures';
import type { Outcome } from '../gql/mutate';
import { t } from '../i18n/i18n.svelte';
import { toasts } from './toasts.svelte';

/** Shows how something without a form ended; gives the payload when it was done. */
export function tell<Payload>(outcome: Outcome<Payload>, done: string | null): Payload | null {
	if (outcome.kind === 'done') {
		if (done !== null) toasts.show(done);
		return outcome.payload;
	}
	const text =
		outcome.kind === 'refused'
			? outcome.refusals.map(({ message }) => message).join(' ')
			: t(failureKey(outcome.failure));
	toasts.show(text, { tone: 'bad' });
	return null;
}
