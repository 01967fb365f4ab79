import { t } from '../../lib/i18n/i18n.svelte';

const kinds = [
	'invoice',
	'credit_note',
	'payment',
	'balance_used',
	'credit_returned',
	'deposit_request',
	'deposit_settlement',
] as const;

/** What a booking is called. */
export function entryName(kind: string): string {
	const found = kinds.find((known) => known === kind.replaceAll(' ', '_'));
	return t(`invoicing:entry.${found ?? 'other'}`);
}

/** The page of one account. */
export const accountHref = (customerId: string, legalEntityId: string, currency: string): string =>
	`/accounts/${customerId}/${legalEntityId}/${currency}`;
