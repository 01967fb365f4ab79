import { afterEach, describe, expect, it } from 'vitest';
import { focusPlace } from '../../src/app/focusPlace';

const settled = () => new Promise((resolve) => setTimeout(resolve));

describe('the focus of a new place', () => {
	afterEach(() => {
		document.body.innerHTML = '';
	});

	it('goes to the heading that is there', () => {
		document.body.innerHTML = '<main tabindex="-1"><h1 tabindex="-1">Invoices</h1></main>';
		focusPlace();
		expect(document.activeElement?.textContent).toBe('Invoices');
	});

	it('waits at the place for a heading that comes with the data', async () => {
		document.body.innerHTML = '<main tabindex="-1"></main>';
		focusPlace();
		expect(document.activeElement?.tagName).toBe('MAIN');
		document.querySelector('main')?.insertAdjacentHTML('beforeend', '<h1 tabindex="-1">Offer</h1>');
		await settled();
		expect(document.activeElement?.textContent).toBe('Offer');
	});

	it('leaves somebody alone who has moved on, and stops when told', async () => {
		document.body.innerHTML = '<main tabindex="-1"><button>Pay</button></main>';
		const stop = focusPlace();
		document.querySelector('button')?.focus();
		document.querySelector('main')?.insertAdjacentHTML('beforeend', '<h1 tabindex="-1">Offer</h1>');
		await settled();
		expect(document.activeElement?.tagName).toBe('BUTTON');
		stop();
	});
});
