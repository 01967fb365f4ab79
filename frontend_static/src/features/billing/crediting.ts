import type { Outcome, Refusal } from '../../lib/gql/mutate';
import { t } from '../../lib/i18n/i18n.svelte';
import { formatMoney } from '../../lib/money/money';

interface AboveLine extends Refusal {
	readonly line: number;
	readonly leftMinor: number;
	readonly currency: string;
}

const isAboveLine = (refusal: Refusal): refusal is AboveLine => refusal.code === 'CreditAboveLine' && 'line' in refusal;

/** Names the line that a refusal is about, so that the form shows it there, with the amount as people write it. */
export function besideLines<Payload>(outcome: Outcome<Payload>): Outcome<Payload> {
	if (outcome.kind !== 'refused') return outcome;
	return {
		kind: 'refused',
		refusals: outcome.refusals.map((refusal) =>
			isAboveLine(refusal)
				? {
						...refusal,
						path: [...refusal.path, `line${refusal.line}`],
						message: t('invoicing:credit.above', {
							limit: formatMoney({ amountMinor: refusal.leftMinor, currency: refusal.currency }),
						}),
					}
				: refusal,
		),
	};
}
