import type { BillingDetailsQuery, SellerProfilesQuery, VatIdState } from '../../gql/schema';
import type { Tone } from '../../lib/ui/Pill.svelte';

export type Seller = SellerProfilesQuery['sellerProfiles'][number];
export type Registration = Seller['registrations'][number];
export type Details = BillingDetailsQuery['billingDetails'];
export type Status = Details['taxStatuses'][number];

/** Schemes of electronic addresses that the product takes; the first is none. */
export const endpointSchemes = ['', 'EM', '9930', '0184', '0195', '0183', '9927', '0204', '0088'] as const;

export const vatTone: Readonly<Record<VatIdState, Tone>> = {
	NONE: 'neutral',
	WRONG: 'bad',
	UNCONFIRMED: 'warn',
	CONFIRMED: 'good',
	REFUTED: 'bad',
};

const united = new Set(
	'AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI'.split(' '),
);

/** Whether VIES keeps the id, so that it can be asked about: ids of member states and of Northern Ireland. */
export const isKeptByVies = (vatId: string): boolean => united.has(vatId.slice(0, 2));

/** Whether a range of days, both included, holds on a day. */
export const holdsOn = (range: { validFrom: string; validTo: string | null }, day: string): boolean =>
	range.validFrom <= day && (range.validTo === null || day <= range.validTo);
