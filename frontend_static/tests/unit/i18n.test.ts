import { render, screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { formatLocaleOf, languageFor, setLanguage, t } from '../../src/lib/i18n/i18n.svelte';
import ErrorState from '../../src/lib/ui/ErrorState.svelte';

test('a switch of language changes what is on screen at once', async () => {
	render(ErrorState, { failure: { kind: 'notFound' } });
	expect(screen.getByRole('alert')).toHaveTextContent('That did not work');
	await setLanguage('zh-CN');
	expect(screen.getByRole('alert')).toHaveTextContent('操作未成功');
	expect(document.documentElement.lang).toBe('zh-CN');
	await setLanguage('en');
});

test('plural forms follow the language', async () => {
	expect([t('billing:invoices.count', { count: 1 }), t('billing:invoices.count', { count: 2 })]).toEqual([
		'1 invoice',
		'2 invoices',
	]);
	await setLanguage('zh-CN');
	expect(t('billing:invoices.count', { count: 1 })).toBe('1 张账单');
	await setLanguage('en');
});

test('the first language that a browser asks for and we speak is taken', () => {
	expect(languageFor(['fr-FR', 'de-CH', 'en'])).toBe('de');
	expect(languageFor(['zh-Hant-TW'])).toBe('zh-CN');
	expect(languageFor(['fr'])).toBe('en');
});

test('language and region are two things: a Swiss reader of German keeps Swiss numbers', () => {
	expect(formatLocaleOf('de', ['en-US', 'de-CH'])).toBe('de-CH');
	expect(formatLocaleOf('en', ['de-DE'])).toBe('en-GB');
});
