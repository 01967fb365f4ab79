import type { BillingRunDetailsQuery, BillingRunsQuery } from '../../gql/schema';
import { locale } from '../../lib/i18n/i18n.svelte';
import type { Money } from '../../lib/money/money';

export type Run = BillingRunsQuery['billingRuns']['nodes'][number];
export type RunDetails = Extract<NonNullable<BillingRunDetailsQuery['node']>, { __typename: 'BillingRun' }>;

/** Whether somebody or a worker still has to do with the run, so that it stands above the list. */
export const isOpen = ({ state, parked }: Pick<Run, 'state' | 'parked'>): boolean =>
	state === 'ESTIMATING' || state === 'HELD' || state === 'RUNNING' || (state === 'FINISHED' && parked > 0);

/** "+12.5 %": by how much of the month before the estimate differs; null where there was nothing before. */
export function differenceOf(expected: Money, before: Money | null): string | null {
	if (!before || before.amountMinor === 0) return null;
	const share = (expected.amountMinor - before.amountMinor) / Math.abs(before.amountMinor);
	return new Intl.NumberFormat(locale.formats, {
		style: 'percent',
		maximumFractionDigits: 1,
		signDisplay: 'exceptZero',
	}).format(share);
}
