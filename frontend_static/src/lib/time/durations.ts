import { locale } from '../i18n/i18n.svelte';

/** Minutes as people say them: "2 h 30 min"; zero is "0 min". */
export function formatMinutes(minutes: number): string {
	const hours = Math.floor(minutes / 60);
	const rest = minutes % 60;
	const unit = (value: number, name: 'hour' | 'minute') =>
		new Intl.NumberFormat(locale.formats, { style: 'unit', unit: name, unitDisplay: 'short' }).format(value);
	if (hours === 0) return unit(rest, 'minute');
	if (rest === 0) return unit(hours, 'hour');
	return `${unit(hours, 'hour')} ${unit(rest, 'minute')}`;
}

/** Hours with at most one decimal, for sums: "12.5". */
export const formatHours = (minutes: number): string =>
	new Intl.NumberFormat(locale.formats, { maximumFractionDigits: 1 }).format(minutes / 60);

/**
 * Reads how long somebody worked: "90", "90m", "1:30", "1.5h", "1,5 h", "1h 30m", "2 Std", "2小时".
 *
 * A bare number up to 12 is taken as hours, a larger one as minutes. Gives null for what is no duration.
 */
export function parseMinutes(text: string): number | null {
	const plain = text
		.trim()
		.toLowerCase()
		.replace(',', '.')
		.replace(/(小时|时|stunden?|std\.?|hours?|hrs?)/g, 'h')
		.replace(/(分钟|分|minuten|minutes?|mins?)/g, 'm')
		.replace(/\s+/g, '');
	const clock = /^(\d{1,2}):([0-5]\d)$/.exec(plain);
	if (clock) return Number(clock[1]) * 60 + Number(clock[2]);
	const bare = /^\d+(?:\.\d+)?$/.exec(plain);
	if (bare) {
		const value = Number(plain);
		return Math.round(value <= 12 ? value * 60 : value);
	}
	const named = /^(?:(\d+(?:\.\d+)?)h)?(?:(\d+)m?)?$/.exec(plain);
	if (!named || (named[1] === undefined && named[2] === undefined)) return null;
	return Math.round(Number(named[1] ?? 0) * 60 + Number(named[2] ?? 0));
}
