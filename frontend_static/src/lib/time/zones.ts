import { locale } from '../i18n/i18n.svelte';
import type { Instant } from './dates';

/** "Central European Time": the zone as people call it, without a claim about summer time. */
export function zoneName(zone: string): string {
	const parts = new Intl.DateTimeFormat(locale.current, {
		timeZone: zone,
		timeZoneName: 'longGeneric',
	}).formatToParts();
	return parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone;
}

/** How far ahead of `zone` the clock of `other` is at an instant: "+6 h", "−5:30 h"; null when both show the same. */
export function clockDifference(instant: Instant, zone: string, other: string): string | null {
	const moment = Temporal.Instant.from(instant);
	const nanoseconds =
		moment.toZonedDateTimeISO(other).offsetNanoseconds - moment.toZonedDateTimeISO(zone).offsetNanoseconds;
	const minutes = Math.round(nanoseconds / 6e10);
	if (minutes === 0) return null;
	const sign = minutes > 0 ? '+' : '−';
	const hours = Math.floor(Math.abs(minutes) / 60);
	const rest = Math.abs(minutes) % 60;
	return rest === 0 ? `${sign}${hours} h` : `${sign}${hours}:${String(rest).padStart(2, '0')} h`;
}

export const allZones = (): readonly string[] => Intl.supportedValuesOf('timeZone');
