import type { PortfolioOrderField, PortfolioTotalsQuery } from '../../gql/schema';
import type { Money } from '../../lib/money/money';
import { sumByCurrency } from '../../lib/money/money';

export type Line = PortfolioTotalsQuery['portfolio']['nodes'][number];

/** The sums of one currency's lines; money is never added across currencies. */
export interface PortfolioSum {
	readonly currency: string;
	readonly residencies: number;
	readonly headcount: number;
	readonly rentPerMonth: Money;
	readonly invoiced: Money;
	readonly paid: Money;
	readonly outstanding: Money;
	readonly overdue: Money;
	readonly bookedMinutes: number;
	readonly secondedMinutes: number;
	readonly openDeals: number;
}

export function sumsOf(lines: readonly Line[]): PortfolioSum[] {
	const currencies = [...new Set(lines.map((line) => line.rentPerMonth.currency))].sort();
	return currencies.map((currency) => {
		const own = lines.filter((line) => line.rentPerMonth.currency === currency);
		const money = (pick: (line: Line) => Money): Money =>
			sumByCurrency(own.map(pick)).find((sum) => sum.currency === currency) ?? { amountMinor: 0, currency };
		const count = (pick: (line: Line) => number) => own.reduce((sum, line) => sum + pick(line), 0);
		return {
			currency,
			residencies: own.length,
			headcount: count((line) => line.headcount),
			rentPerMonth: money((line) => line.rentPerMonth),
			invoiced: money((line) => line.invoiced),
			paid: money((line) => line.paid),
			outstanding: money((line) => line.outstanding),
			overdue: money((line) => line.overdue),
			bookedMinutes: count((line) => line.bookedMinutes),
			secondedMinutes: count((line) => line.secondedMinutes),
			openDeals: count((line) => line.openDeals),
		};
	});
}

/** What is behind a line: its figures are old when one of these changes. */
export const behindPortfolio = [
	'Invoice',
	'Payment',
	'Booking',
	'Secondment',
	'TimeLog',
	'Deal',
	'Rental',
	'Residency',
] as const;

export const orderFields = [
	'STARTUP',
	'STARTS_ON',
	'HEADCOUNT',
	'RENT_PER_MONTH',
	'INVOICED',
	'OUTSTANDING',
	'OVERDUE',
] as const satisfies readonly PortfolioOrderField[];
