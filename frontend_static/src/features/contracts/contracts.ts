import type { ChargeState, ContractDetailsQuery, ContractState, PlanListQuery } from '../../gql/schema';
import { t } from '../../lib/i18n/i18n.svelte';
import { formatMoney, type Money } from '../../lib/money/money';
import { formatDay } from '../../lib/time/dates';
import type { Tone } from '../../lib/ui/Pill.svelte';

export type Contract = Extract<NonNullable<ContractDetailsQuery['node']>, { __typename: 'Contract' }>;
export type Term = Contract['terms'][number];
export type Plan = PlanListQuery['plans']['nodes'][number];
type Phase = Plan['phases'][number];

export const contractTone: Readonly<Record<ContractState, Tone>> = {
	PLANNED: 'info',
	RUNNING: 'good',
	PAUSED: 'warn',
	ENDED: 'neutral',
};
export const chargeTone: Readonly<Record<ChargeState, Tone>> = {
	OPEN: 'info',
	ON_DRAFT: 'warn',
	INVOICED: 'good',
	CREDITED: 'violet',
	WAIVED: 'neutral',
};

/** From when until when, in words. */
export const daysText = (first: string, last: string | null): string =>
	last
		? t('app:range', { from: formatDay(first), to: formatDay(last) })
		: `${t('contracts:from')} ${formatDay(first)}, ${t('contracts:untilNotice')}`;

/** "€300.00 a year for each person". */
export function priceText(amount: Money, period: Phase['period'], per: Phase['per'] = 'CONTRACT'): string {
	if (amount.amountMinor === 0) return t('contracts:free');
	const price = formatMoney(amount);
	const each = t(`contracts:per.${per}`);
	if (period === 'MONTH')
		return per === 'CONTRACT' ? t('contracts:monthly', { price }) : t('contracts:monthlyEach', { price, per: each });
	return per === 'CONTRACT' ? t('contracts:yearly', { price }) : t('contracts:yearlyEach', { price, per: each });
}

function discountText({ discountPercent, discountMonths }: Pick<Phase, 'discountPercent' | 'discountMonths'>): string {
	if (Number(discountPercent) === 0) return '';
	return discountMonths
		? t('contracts:planDiscount', { percent: discountPercent, months: discountMonths })
		: t('contracts:planDiscountAll', { percent: discountPercent });
}

/** A plan's phases as one reads them aloud: "12 months: free; then €300.00 a year". */
export function phasesText(phases: readonly Phase[]): string {
	return phases
		.map((phase, place) => {
			const price = priceText(phase.amount, phase.period, phase.per) + discountText(phase);
			if (phase.months !== null) return t('contracts:phaseFor', { months: phase.months, price });
			return place === 0 ? price : t('contracts:phaseThen', { price });
		})
		.join('; ');
}

/** What a term costs and how it is billed, in words. */
export function termText(term: Term): string {
	const times = term.quantity === '1' ? '' : `${term.quantity} × `;
	const parts = [times + priceText(term.unitPrice, term.period), t(`contracts:timing.${term.timing}`)];
	if (Number(term.discountPercent) > 0) {
		const percent = term.discountPercent;
		parts.push(
			term.discountUntil
				? t('contracts:discountUntilDay', { percent, day: formatDay(term.discountUntil) })
				: t('contracts:discountAlways', { percent }),
		);
	}
	if (term.adaptsOn) parts.push(t('contracts:adapts', { index: term.indexKey, day: formatDay(term.adaptsOn) }));
	if (term.billedUntil) parts.push(t('contracts:billedUntil', { day: formatDay(term.billedUntil) }));
	return parts.join(', ');
}

/** A number typed as text with a comma or a point, or null. */
export function parseNumber(text: string): string | null {
	const found = /^(\d{1,9})(?:[.,](\d{1,4}))?$/.exec(text.trim());
	return found ? (found[2] ? `${found[1]}.${found[2]}` : (found[1] ?? null)) : null;
}

/** Tax categories of EN 16931 that an agreement can fix; empty: the tax rules decide. */
export const agreedTaxes = ['', 'S', 'Z', 'E', 'AE', 'G', 'K', 'O'] as const;
export const supplies = ['SERVICE', 'WORKPLACE', 'ROOM', 'INSTRUMENT'] as const;
