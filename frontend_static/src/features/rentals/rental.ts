import type { OwnRentalsQuery, RentalDetailsQuery, RentalQuoteQuery, RentalState } from '../../gql/schema';
import { isOf } from '../../lib/gql/ids';
import type { Outcome } from '../../lib/gql/mutate';
import type { QueryState } from '../../lib/gql/query.svelte';
import { t } from '../../lib/i18n/i18n.svelte';
import type { TextKey } from '../../lib/i18n/keys';
import { formatMoney, type Money } from '../../lib/money/money';
import { formatDay } from '../../lib/time/dates';
import type { Tone } from '../../lib/ui/Pill.svelte';

export type RentalDetail = Extract<NonNullable<RentalDetailsQuery['node']>, { readonly __typename: 'Rental' }>;
export type OwnRental = OwnRentalsQuery['rentals']['nodes'][number];
export type Checklist = RentalDetail['checklists'][number];
export type Line = RentalQuoteQuery['quoteRental']['lines'][number];

export const rentalStates = [
	'UPCOMING',
	'RUNNING',
	'ENDING',
	'MOVED',
	'ENDED',
] as const satisfies readonly RentalState[];

export const rentalTone: Readonly<Record<RentalState, Tone>> = {
	UPCOMING: 'info',
	RUNNING: 'good',
	ENDING: 'warn',
	MOVED: 'neutral',
	ENDED: 'neutral',
};

/** Whether something can still become of it. */
export const goesOn = (state: RentalState): boolean =>
	state === 'UPCOMING' || state === 'RUNNING' || state === 'ENDING';

interface Priced {
	readonly monthlyPrice: Money | null;
	readonly weeklyPrice: Money | null;
	readonly dailyPrice: Money | null;
}

/** "EUR 620.00 a month", "EUR 200.00 a week, EUR 40.00 a day"; empty for whom money is not. */
export function priceText({ monthlyPrice, weeklyPrice, dailyPrice }: Priced): string {
	if (monthlyPrice) return t('rentals:aMonth', { price: formatMoney(monthlyPrice) });
	const parts = [
		weeklyPrice && t('rentals:aWeek', { price: formatMoney(weeklyPrice) }),
		dailyPrice && t('rentals:aDay', { price: formatMoney(dailyPrice) }),
	];
	return parts.filter(Boolean).join(' · ');
}

const lineNames: Readonly<Record<string, TextKey>> = {
	month: 'rentals:line.months',
	week: 'rentals:line.weeks',
	day: 'rentals:line.days',
};

/** "3 months × EUR 620.00", "15 of 30 days at EUR 620.00 a month", "5 days of credit". */
export function lineText({ what, quantity, ofDays, unitPrice }: Line): string {
	if (what === 'credit') return t('rentals:line.credit', { count: quantity });
	const price = formatMoney(unitPrice);
	if (ofDays !== null) return t('rentals:line.part', { count: quantity, of: ofDays, price });
	const key = lineNames[what];
	return key ? t(key, { count: quantity, price }) : what;
}

export const noticeText = ({ count, unit }: { readonly count: number; readonly unit: 'DAYS' | 'MONTHS' }): string =>
	t(unit === 'DAYS' ? 'rentals:noticeDays' : 'rentals:noticeMonths', { count });

export const daysText = ({ startsOn, endsOn }: { readonly startsOn: string; readonly endsOn: string }): string =>
	t('app:range', { from: formatDay(startsOn), to: formatDay(endsOn) });

export const findOf = (list: readonly Checklist[], purpose: Checklist['purpose']): Checklist | undefined =>
	list.find((one) => one.purpose === purpose);

/** Whether the choice of a unit is that of a pool, of which any will do. */
export const isPool = (chosenId: string): boolean => isOf('Pool', chosenId);

/** What a quote is asked for: a unit, or any of a pool. */
export const placeOf = (chosenId: string) => (isPool(chosenId) ? { poolId: chosenId } : { unitId: chosenId });

/** The unit that is taken when the form is sent: of a pool the one that the quote tells; empty until it does. */
export function unitIdOf(chosenId: string, quote: QueryState<RentalQuoteQuery> | null): string {
	if (!isPool(chosenId)) return chosenId;
	return (!quote?.fetching && quote?.data?.quoteRental.unit.id) || '';
}

/** Refuses a form that was sent before the quote told which unit of the pool it would be. */
export const noUnitYet = (): Outcome<never> => ({
	kind: 'refused',
	refusals: [{ code: 'NoUnitYet', message: t('rentals:noUnitYet'), path: ['unitId'] }],
});
