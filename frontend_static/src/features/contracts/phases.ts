import type { PlanListQuery } from '../../gql/schema';
import type { TextKey } from '../../lib/i18n/keys';
import { parseMoney } from '../../lib/money/money';
import { parseNumber } from './contracts';

type Phase = PlanListQuery['plans']['nodes'][number]['phases'][number];

/** A phase as it is typed. */
export interface TypedPhase {
	months: string;
	amount: string;
	period: string;
	per: string;
	discountPercent: string;
	discountMonths: string;
}

export const periods = ['MONTH', 'YEAR'] as const;
export const pers = ['CONTRACT', 'PERSON', 'UNIT'] as const;

export const emptyPhase = (): TypedPhase => ({
	months: '12',
	amount: '',
	period: 'YEAR',
	per: 'CONTRACT',
	discountPercent: '',
	discountMonths: '',
});

const isCount = (text: string): boolean => /^[1-9]\d{0,2}$/.test(text.trim());

/** What is wrong with a typed phase; the last one goes on until the end. */
export function phaseProblem(phase: TypedPhase, isLast: boolean, currency: string): TextKey | null {
	if (!isLast && !isCount(phase.months)) return 'app:form.wholeNumber';
	if (parseMoney(phase.amount, currency) === null) return 'app:form.amount';
	if (phase.discountPercent.trim() === '') return null;
	const percent = Number(parseNumber(phase.discountPercent) ?? Number.NaN);
	if (!(percent >= 0 && percent <= 100)) return 'app:form.amount';
	return phase.discountMonths.trim() === '' || isCount(phase.discountMonths) ? null : 'app:form.wholeNumber';
}

/** A typed phase as the API takes it. */
export function phaseOf(phase: TypedPhase, isLast: boolean, currency: string): Phase {
	return {
		months: isLast ? null : Number(phase.months),
		amount: parseMoney(phase.amount, currency) ?? { amountMinor: 0, currency },
		period: periods.find((one) => one === phase.period) ?? 'YEAR',
		per: pers.find((one) => one === phase.per) ?? 'CONTRACT',
		discountPercent: parseNumber(phase.discountPercent) ?? '0',
		discountMonths: phase.discountPercent.trim() && phase.discountMonths.trim() ? Number(phase.discountMonths) : null,
	};
}
