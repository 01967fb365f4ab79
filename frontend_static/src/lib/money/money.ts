import { locale } from '../i18n/i18n.svelte';

/** An exact amount: a whole number of the currency's smallest units. */
export interface Money {
	readonly amountMinor: number;
	readonly currency: string;
}

const digitsByCurrency = new Map<string, number>();

/** How many decimals the currency has: 2 for EUR, 0 for JPY. */
export function digitsOf(currency: string): number {
	let digits = digitsByCurrency.get(currency);
	if (digits === undefined) {
		const options = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
		digits = options.maximumFractionDigits ?? 2;
		digitsByCurrency.set(currency, digits);
	}
	return digits;
}

/** "4800.00": the amount as an exact decimal text without rounding through a binary fraction. */
export function decimalOf({ amountMinor, currency }: Money): string {
	const digits = digitsOf(currency);
	const sign = amountMinor < 0 ? '-' : '';
	const units = String(Math.abs(amountMinor)).padStart(digits + 1, '0');
	if (digits === 0) return sign + units;
	return `${sign}${units.slice(0, -digits)}.${units.slice(-digits)}`;
}

/** "4800,00": the amount as a person of the region types it, for a field that is filled in already. */
export function typedMoney(money: Money, formats = locale.formats): string {
	const decimal =
		new Intl.NumberFormat(formats).formatToParts(0.5).find(({ type }) => type === 'decimal')?.value ?? '.';
	return decimalOf(money).replace('.', decimal);
}

/** The amount with its currency code, as the reader's region writes it: "CNY 4,800.00", "4.800,00 CNY". */
export function formatMoney(money: Money, options: { whole?: boolean } = {}): string {
	const format = new Intl.NumberFormat(locale.formats, {
		style: 'currency',
		currency: money.currency,
		currencyDisplay: 'code',
		...(options.whole ? { minimumFractionDigits: 0, maximumFractionDigits: 0 } : {}),
	});
	// Intl formats decimal texts exactly; TypeScript's own declaration of it covers literals only.
	return format.format(decimalOf(money) as `${number}`);
}

/** Sums by currency, in the order of the currency codes; amounts of zero are kept. */
export function sumByCurrency(amounts: Iterable<Money>): Money[] {
	const sums = new Map<string, number>();
	for (const { amountMinor, currency } of amounts) sums.set(currency, (sums.get(currency) ?? 0) + amountMinor);
	return [...sums].sort(([a], [b]) => a.localeCompare(b)).map(([currency, amountMinor]) => ({ currency, amountMinor }));
}

/**
 * Reads what a person typed in the way of their region, or with a plain point.
 *
 * Gives null when it is no amount of this currency, for instance when it has more decimals than the currency.
 */
export function parseMoney(text: string, currency: string, formats = locale.formats): Money | null {
	const parts = new Intl.NumberFormat(formats).formatToParts(12345.6);
	const group = parts.find(({ type }) => type === 'group')?.value ?? ',';
	const decimal = parts.find(({ type }) => type === 'decimal')?.value ?? '.';
	const plain = text.trim().replace(/[\s\u00a0\u202f'’]/g, '');
	const digits = digitsOf(currency);
	const normal = /^\d+\.\d{1,2}$/.test(plain) ? plain : plain.replaceAll(group, '').replace(decimal, '.');
	const match = /^(\d{1,13})(?:\.(\d+))?$/.exec(normal);
	if (!match?.[1]) return null;
	const fraction = match[2] ?? '';
	if (fraction.length > digits) return null;
	return { amountMinor: Number(match[1] + fraction.padEnd(digits, '0')), currency };
}
