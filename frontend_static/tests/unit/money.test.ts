import { describe, expect, test } from 'vitest';
import { setLanguage } from '../../src/lib/i18n/i18n.svelte';
import { decimalOf, formatMoney, parseMoney, sumByCurrency, typedMoney } from '../../src/lib/money/money';

describe('money', () => {
	test('is written exactly, also beyond what a binary fraction holds', () => {
		expect(decimalOf({ amountMinor: 900_719_925_474_099_1, currency: 'EUR' })).toBe('90071992547409.91');
		expect(formatMoney({ amountMinor: 900_719_925_474_099_1, currency: 'EUR' })).toBe('EUR\u00a090,071,992,547,409.91');
	});

	test('has the decimals of its currency', () => {
		expect(decimalOf({ amountMinor: 1200, currency: 'JPY' })).toBe('1200');
		expect(decimalOf({ amountMinor: -5, currency: 'EUR' })).toBe('-0.05');
		expect(formatMoney({ amountMinor: 1234, currency: 'KWD' })).toBe('KWD\u00a01.234');
	});

	test('is written in the way of the reader', async () => {
		await setLanguage('de');
		expect(formatMoney({ amountMinor: 480_000, currency: 'CNY' })).toBe('4.800,00\u00a0CNY');
		await setLanguage('en');
	});

	test('is summed by currency and never across', () => {
		const sums = sumByCurrency([
			{ amountMinor: 100, currency: 'EUR' },
			{ amountMinor: 5, currency: 'CNY' },
			{ amountMinor: 23, currency: 'EUR' },
		]);
		expect(sums).toEqual([
			{ amountMinor: 5, currency: 'CNY' },
			{ amountMinor: 123, currency: 'EUR' },
		]);
	});
});

describe('a typed amount', () => {
	test.each(['en-GB', 'de-DE', 'de-CH', 'zh-CN'])('is read as it was filled in, in %s', (formats) => {
		for (const [amountMinor, currency] of [
			[300_000, 'KWD'],
			[123_450, 'EUR'],
			[1_200, 'JPY'],
		] as const)
			expect(parseMoney(typedMoney({ amountMinor, currency }, formats), currency, formats)).toEqual({
				amountMinor,
				currency,
			});
	});

	test.each([
		['1,234.50', 'en-GB', 123_450],
		['1.234,50', 'de-DE', 123_450],
		["1'234.50", 'de-CH', 123_450],
		['1234.5', 'de-DE', 123_450],
		['0', 'en-GB', 0],
	])('%s is read as people of %s write', (text, region, amountMinor) => {
		expect(parseMoney(text, 'EUR', region)).toEqual({ amountMinor, currency: 'EUR' });
	});

	test.each(['', 'abc', '1.234', '-5', '1,2,3.4.5'])('%j is refused', (text) => {
		expect(parseMoney(text, 'EUR', 'en-GB')).toBeNull();
	});

	test('with more decimals than the currency is refused', () => {
		expect(parseMoney('12.5', 'JPY', 'en-GB')).toBeNull();
	});
});
