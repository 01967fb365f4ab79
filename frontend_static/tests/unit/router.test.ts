import { describe, expect, test } from 'vitest';
import { routes } from '../../src/app/routes';
import { matchRoute, router } from '../../src/lib/routing/router.svelte';

function link(href: string, attributes: Record<string, string> = {}): HTMLAnchorElement {
	const anchor = document.createElement('a');
	anchor.href = href;
	for (const [name, value] of Object.entries(attributes)) anchor.setAttribute(name, value);
	document.body.append(anchor);
	return anchor;
}

const press = (anchor: HTMLAnchorElement, init: MouseEventInit = {}) => {
	const event = new MouseEvent('click', { bubbles: true, cancelable: true, button: 0, ...init });
	anchor.dispatchEvent(event);
	anchor.remove();
	return event.defaultPrevented;
};

describe('the router', () => {
	test('finds a route and its parameters', () => {
		expect(matchRoute(routes, '/invoices/abc')).toMatchObject({
			route: { pattern: '/invoices/:id' },
			params: { id: 'abc' },
		});
		expect(matchRoute(routes, '/calls/c1/apply/')).toMatchObject({ params: { id: 'c1' } });
		expect(matchRoute(routes, '/nowhere')).toBeNull();
	});

	test('keeps filters in the address, without empty ones', () => {
		router.go('/invoices');
		router.setSearch({ state: 'OVERDUE', q: '' });
		expect(router.address).toBe('/invoices?state=OVERDUE');
		expect(router.hrefWith({ q: 'ham', state: null })).toBe('/invoices?q=ham');
		router.setSearch({ state: null });
		expect(router.address).toBe('/invoices');
	});

	test('counts moves to other places only', () => {
		router.go('/people');
		const before = router.moves;
		router.go('/people?new=1');
		expect(router.moves).toBe(before);
		router.go('/deals');
		expect(router.moves).toBe(before + 1);
	});

	test('takes plain presses on links of its own, and no others', () => {
		const stop = router.start();
		expect(press(link('/deals'))).toBe(true);
		expect(router.path).toBe('/deals');
		expect(press(link('/people'), { ctrlKey: true })).toBe(false);
		expect(press(link('/documents/invoices/1.pdf'))).toBe(false);
		expect(press(link('/people', { download: '' }))).toBe(false);
		expect(press(link('https://example.org/'))).toBe(false);
		expect(router.path).toBe('/deals');
		stop();
	});
});
