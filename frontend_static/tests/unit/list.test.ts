import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, test, vi } from 'vitest';
import ApplicationsPage from '../../src/features/admissions/ApplicationsPage.svelte';
import AuditPage from '../../src/features/audit/AuditPage.svelte';
import DealsPage from '../../src/features/deals/DealsPage.svelte';
import PortfolioPage from '../../src/features/portfolio/PortfolioPage.svelte';
import UnitsPage from '../../src/features/units/UnitsPage.svelte';
import { router } from '../../src/lib/routing/router.svelte';
import { toasts } from '../../src/lib/ui/toasts.svelte';
import * as data from './support/data';
import { signInAs } from './support/people';
import { page, serve } from './support/server';

const user = userEvent.setup();
const sites = { BookableSites: { sites: page([data.site]) } };

function openApplications(address: string, others = {}) {
	signInAs('manager');
	router.go(address, { replace: true });
	const server = serve({ ...sites, Applications: { applications: page([data.application]) }, ...others });
	render(ApplicationsPage);
	return server;
}

describe('a list and its address', () => {
	test('asks for what the address says', async () => {
		const server = openApplications('/applications?q=bio&state=OFFERED&site=s1&after=c1');
		await waitFor(() =>
			expect(server.variablesOf('Applications')).toEqual([
				{ search: 'bio', state: 'OFFERED', siteId: 's1', first: 25, after: 'c1' },
			]),
		);
	});

	test('takes a value that the server does not know for "all"', async () => {
		const server = openApplications('/applications?state=SHOE_SIZE');
		await waitFor(() =>
			expect(server.variablesOf('Applications')).toEqual([{ search: null, state: null, siteId: null, first: 25 }]),
		);
	});

	test('goes back to the first page when a filter is chosen, and to everything when all are removed', async () => {
		const server = openApplications('/applications?q=bio&after=c1');
		await user.click(await screen.findByRole('button', { name: 'State' }));
		await user.click(await screen.findByRole('menuitemradio', { name: 'Offer made' }));
		expect(router.query).toBe('?q=bio&state=OFFERED');
		await user.click(screen.getByRole('button', { name: 'Clear filters' }));
		expect(router.query).toBe('');
		expect(screen.getByRole('searchbox')).toHaveFocus();
		await waitFor(() =>
			expect(server.variablesOf('Applications').at(-1)).toEqual({
				search: null,
				state: null,
				siteId: null,
				first: 25,
			}),
		);
	});

	test('says that the filters leave nothing, rather than that there is nothing', async () => {
		openApplications('/applications?state=OFFERED', { Applications: { applications: page([]) } });
		expect(await screen.findByText('Nothing found')).toBeInTheDocument();
		expect(screen.queryByText('No applications yet')).toBeNull();
		await user.click(screen.getAllByRole('button', { name: 'Clear filters' })[0] as HTMLElement);
		expect(await screen.findByText('No applications yet')).toBeInTheDocument();
	});

	test('keeps the focus on a filter that is taken away', async () => {
		openApplications('/applications?state=OFFERED');
		await user.click(await screen.findByRole('button', { name: 'Remove filter: State' }));
		expect(router.query).toBe('');
		expect(screen.getByRole('button', { name: 'State' })).toHaveFocus();
	});

	test('orders by a column, first one way and then the other', async () => {
		signInAs('manager');
		const lines = { portfolio: page([data.portfolioLine]) };
		const server = serve({ ...sites, Portfolio: lines, PortfolioTotals: lines });
		router.go('/portfolio?month=2026-10', { replace: true });
		render(PortfolioPage);
		await user.click(await screen.findByRole('button', { name: 'Overdue' }));
		await user.click(screen.getByRole('button', { name: 'Overdue' }));
		await waitFor(() =>
			expect(server.variablesOf('Portfolio').map(({ orderBy }) => orderBy)).toEqual([
				null,
				{ field: 'OVERDUE', direction: 'ASC' },
				{ field: 'OVERDUE', direction: 'DESC' },
			]),
		);
		expect(screen.getByRole('columnheader', { name: 'Overdue' })).toHaveAttribute('aria-sort', 'descending');
	});
});

describe('a row opened beside its list', () => {
	test('stands in the address and is marked; the list stays', async () => {
		openApplications('/applications?q=bio', { ApplicationDetails: 'never' });
		const stop = router.start();
		await user.click(await screen.findByRole('link', { name: data.application.startup.name }));
		stop();
		expect(router.query).toBe(`?q=bio&open=${data.application.id}`);
		expect(await screen.findByRole('dialog')).toBeInTheDocument();
		expect(document.querySelector('tr.selected')).toHaveTextContent(data.application.startup.name);
	});
});

describe('an export', () => {
	const written = () => {
		const texts: string[] = [];
		vi.stubGlobal(
			'Blob',
			class {
				constructor(parts: string[]) {
					texts.push(parts.join(''));
				}
			},
		);
		vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:x');
		vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => {});
		return texts;
	};

	test('writes every row that the filters leave, with the columns that have no room on screen', async () => {
		signInAs('manager');
		router.go('/units?kind=BENCH', { replace: true });
		const texts = written();
		const server = serve({ ...sites, Units: { units: page([data.unit]) } });
		render(UnitsPage);
		await user.click(await screen.findByRole('button', { name: 'Export CSV' }));
		await waitFor(() => expect(texts).toHaveLength(1));
		expect(texts[0]?.split('\r\n')[0]).toMatch(/,Currency$/);
		expect(screen.queryByRole('columnheader', { name: 'Currency' })).toBeNull();
		expect(server.variablesOf('Units').at(-1)).toEqual({
			search: null,
			ownerId: null,
			siteId: null,
			kind: 'BENCH',
			first: 100,
			after: null,
		});
	});

	test('says so when it fails', async () => {
		const texts = written();
		const server = openApplications('/applications');
		await screen.findByText(data.application.startup.name);
		server.answers.Applications = 'fails';
		await user.click(screen.getByRole('button', { name: 'Export CSV' }));
		await waitFor(() => expect(toasts.list.map(({ tone }) => tone)).toEqual(['bad']));
		expect(texts).toEqual([]);
	});
});

test('the same deals are a board or a list, in the order of the address', async () => {
	signInAs('manager');
	router.go('/deals?view=list', { replace: true });
	const server = serve({ Deals: { deals: page([data.deal]) } });
	render(DealsPage);
	expect(await screen.findByRole('columnheader', { name: 'Stage' })).toBeInTheDocument();
	await user.click(screen.getByRole('button', { name: 'Board' }));
	expect(screen.queryByRole('columnheader', { name: 'Stage' })).toBeNull();
	expect(screen.getByText(data.deal.title)).toBeInTheDocument();
	expect(server.variablesOf('Deals')).toHaveLength(1);
});

test('a table with times of day names their zone', async () => {
	signInAs('manager');
	serve({ AuditTrail: { auditTrail: page([data.auditEntry]) } });
	render(AuditPage);
	expect(await screen.findByText(/^Times: \S/)).toBeInTheDocument();
});
