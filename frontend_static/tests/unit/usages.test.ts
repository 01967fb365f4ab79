import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import UsagesPage from '../../src/features/usages/UsagesPage.svelte';
import * as data from './support/data';
import { signInAs } from './support/people';
import { page, serve } from './support/server';

const user = userEvent.setup();
const usage = {
	__typename: 'Usage',
	id: 'us1',
	state: 'PROBLEM',
	problem: 'not ended',
	startedAt: '2026-11-20T09:00:00Z',
	endedAt: null,
	usedOn: '2026-11-20',
	minutes: 0,
	resolution: '',
	bookingId: 'b1',
	version: 3,
	unit: data.unit,
	organization: data.startup,
};
const sites = { BookableSites: { sites: page([data.site]) } };

test('a problem is resolved with its minutes and a reason', async () => {
	signInAs('manager');
	const server = serve({
		...sites,
		Usages: { usages: page([usage]) },
		ResolveUsage: { resolveUsage: { errors: [], usage } },
	});
	render(UsagesPage);
	await user.click(await screen.findByRole('button', { name: 'Resolve: Elbe' }));
	const dialog = within(await screen.findByRole('dialog', { name: 'Resolve: Elbe' }));
	expect(dialog.getByText('It was never ended')).toBeInTheDocument();
	await user.type(dialog.getByLabelText('Minutes of use'), '45');
	await user.type(dialog.getByLabelText('Why'), 'Asked the team');
	await user.click(dialog.getByRole('button', { name: 'Resolve' }));
	await waitFor(() =>
		expect(server.variablesOf('ResolveUsage')[0]?.input).toEqual({
			usageId: 'us1',
			minutes: 45,
			reason: 'Asked the team',
			expectedVersion: 3,
			organizationId: null,
		}),
	);
	expect(server.variablesOf('Usages')[0]).toMatchObject({ problemsOnly: true });
});

test.each([
	['nothing waits', { usages: page([]) }, 'Nothing waits'],
	['it is on its way', 'never' as const, 'Loading…'],
	['it fails', 'fails' as const, 'That did not work'],
])('the queue says so when %s', async (_when, answer, words) => {
	signInAs('manager');
	serve({ ...sites, Usages: answer });
	render(UsagesPage);
	expect(await screen.findByText(words)).toBeInTheDocument();
});
