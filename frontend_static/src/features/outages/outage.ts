import type { OutageState, OutagesQuery } from '../../gql/schema';
import { t } from '../../lib/i18n/i18n.svelte';
import { dayOf, formatInstant, formatMinute, formatTimeOfDay } from '../../lib/time/dates';
import { stepMinutes } from '../../lib/timeline/segments';
import type { Tone } from '../../lib/ui/Pill.svelte';

export type Outage = OutagesQuery['outages']['nodes'][number];

export const outageTone: Readonly<Record<OutageState, Tone>> = {
	AHEAD: 'warn',
	UNDER_WAY: 'bad',
	OVER: 'neutral',
	CANCELLED: 'neutral',
};

/** "12 Mar, 09:00 – 13:00"; without an end until somebody says so. */
export const spanOfOutage = (
	{ startsAt, endsAt }: { readonly startsAt: string; readonly endsAt: string | null },
	zone: string,
): string =>
	endsAt
		? t('app:range', {
				from: formatInstant(startsAt, zone),
				to: dayOf(startsAt, zone) === dayOf(endsAt, zone) ? formatTimeOfDay(endsAt, zone) : formatInstant(endsAt, zone),
			})
		: t('outages:since', { time: formatInstant(startsAt, zone) });

/** Every quarter of an hour of a day. */
export const quarters = (): { value: string; label: string }[] =>
	Array.from({ length: 1440 / stepMinutes }, (_, index) => ({
		value: String(index * stepMinutes),
		label: formatMinute(index * stepMinutes),
	}));

/** The next full hour of a day's minutes, and no later than its last. */
export const nextHour = (minute: number): number => Math.min(Math.ceil((minute + 1) / 60) * 60, 23 * 60);
