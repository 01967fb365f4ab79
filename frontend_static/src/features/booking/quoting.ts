import type { BookingQuoteQuery } from '../../gql/schema';
import { t } from '../../lib/i18n/i18n.svelte';
import type { TextKey } from '../../lib/i18n/keys';
import { formatMoney, type Money } from '../../lib/money/money';
import { formatMinutes } from '../../lib/time/durations';
import type { BookableUnit } from './day';

export type Quote = BookingQuoteQuery['bookingQuote'];
export type QuoteLine = Quote['lines'][number];
type Policy = BookableUnit['policy'];

/** The rules that staff may break for a reason; against all else nobody books. */
const overridable: ReadonlySet<string> = new Set([
	'BookingInThePast',
	'BookingOffStep',
	'BookingTooFarAhead',
	'BookingTooLong',
	'BookingTooShort',
	'CancelNoticePassed',
	'ChangeNoticePassed',
	'GapTooShort',
	'NotAtSite',
	'NoticeTooShort',
	'PersonDayUsed',
	'SecondPersonNotQualified',
	'TooManyFutureBookings',
	'TooManyFutureMinutes',
	'UnitClosed',
	'UnitOutOfOrder',
	'WeeklyQuotaUsed',
]);

/** What rules of qualifications say by themselves, for it depends on what is asked for. */
export const mayOverride = (rule: { readonly code: string; readonly mayOverride?: boolean }): boolean =>
	rule.mayOverride ?? overridable.has(rule.code);

/** Where one learns what a rule asks for; that somebody else is needed is not learned. */
export const trainingOf = (rule: { readonly code: string }): string | null =>
	rule.code !== 'SecondPersonNeeded' && 'trainingId' in rule && typeof rule.trainingId === 'string'
		? rule.trainingId
		: null;

const names: Readonly<Record<string, TextKey>> = {
	time: 'booking:line.time',
	'off-peak': 'booking:line.offPeak',
	credit: 'booking:line.credit',
	block: 'booking:line.block',
	day: 'booking:line.day',
	week: 'booking:line.week',
	'day cap': 'booking:line.dayCap',
	minimum: 'booking:line.minimum',
};

/** What a line is for, in words; a sort that is not known yet reads as the server calls it. */
export function lineName({ what }: QuoteLine): string {
	const key = names[what];
	return key ? t(key) : what;
}

/** "2 h × EUR 38.00 an hour", "1 × EUR 200.00"; credit has a length only. */
export function lineAmount({ what, isPerHour, quantity, unitPrice }: QuoteLine): string {
	if (what === 'credit') return formatMinutes(quantity);
	const price = formatMoney(unitPrice);
	return isPerHour
		? t('booking:line.perHour', { length: formatMinutes(quantity), price })
		: t('booking:line.each', { quantity, price });
}

/** A part of a price in percent, rounded half up like the server's. */
export const shareOf = ({ amountMinor, currency }: Money, percent: number): Money => ({
	amountMinor: Math.floor((amountMinor * percent + 50) / 100),
	currency,
});

/** What cancelling late and not coming would cost, in sentences, by the unit's policy. */
export function feeSentences(policy: Policy, price: Money | null, startsAt: string, when: (instant: string) => string) {
	const { cancelNoticeMinutes, cancelFeePercent, noShowFeePercent, graceMinutes } = policy;
	const sentences: string[] = [];
	if (cancelNoticeMinutes === null) {
		sentences.push(t('booking:fee.alwaysFree'));
	} else {
		const until = when(new Date(Date.parse(startsAt) - cancelNoticeMinutes * 60_000).toISOString());
		if (cancelFeePercent === null) sentences.push(t('booking:fee.refusedAfter', { until }));
		else if (price)
			sentences.push(t('booking:fee.after', { until, fee: formatMoney(shareOf(price, cancelFeePercent)) }));
	}
	if (noShowFeePercent > 0 && price) {
		sentences.push(t('booking:fee.noShow', { fee: formatMoney(shareOf(price, noShowFeePercent)) }));
	}
	if (graceMinutes !== null) sentences.push(t('booking:fee.released', { length: formatMinutes(graceMinutes) }));
	if (policy.needsApproval) sentences.push(t('booking:fee.approval'));
	return sentences;
}
