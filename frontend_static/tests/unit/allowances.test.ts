import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { beforeEach, describe, expect, test } from 'vitest';
import GrantCreditDialog from '../../src/features/places/GrantCreditDialog.svelte';
import AllowancesLeft from '../../src/features/space/AllowancesLeft.svelte';
import { signInAs } from './support/people';
import { type Answer, serve } from './support/server';

const rooms = {
	__typename: 'Allowance',
	siteId: 's1',
	siteName: 'Hamburg Life Science Labs',
	kind: 'MEETING_ROOM',
	unit: 'MINUTES',
	perMonth: 120,
	left: 210,
	parts: [
		{ __typename: 'AllowancePart', amount: 90, usableUntil: '2026-11-30' },
		{ __typename: 'AllowancePart', amount: 120, usableUntil: '2026-12-31' },
	],
};
const desks = { ...rooms, kind: 'DESK', unit: 'DAYS', perMonth: 1, left: 0, parts: [] };

function open(answer: Answer) {
	const server = serve({ Allowances: answer });
	return { ...render(AllowancesLeft), server };
}

describe('what is left of a plan’s credits', () => {
	beforeEach(() => signInAs('owner'));

	test('is shown by kind with the days until which it can be used', async () => {
		const { container } = open({ allowances: [rooms, desks] });

		const region = await screen.findByRole('region', { name: 'Credits of your plans' });
		expect(region).toHaveTextContent('Meeting rooms 2 hrs a month 3 hrs 30 mins left');
		expect(screen.getByText('1 hr 30 mins until 30 Nov 2026')).toBeInTheDocument();
		expect(screen.getByText('2 hrs until 31 Dec 2026')).toBeInTheDocument();
		expect(region).toHaveTextContent('Desks 1 day a month Nothing left this month');
		expect(region).not.toHaveTextContent('Hamburg');
		const { violations } = await axe.run(container, {
			rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
		});
		expect(violations).toEqual([]);
	});

	test('says at which site where there are several', async () => {
		open({ allowances: [rooms, { ...desks, siteId: 's2', siteName: 'Zürich' }] });

		expect(await screen.findByText('Zürich · Desks')).toBeInTheDocument();
		expect(screen.getByText('Hamburg Life Science Labs · Meeting rooms')).toBeInTheDocument();
	});

	test('is not there where no plan gives any', async () => {
		const { server } = open({ allowances: [] });
		await expect.poll(() => server.variablesOf('Allowances').length).toBe(1);

		expect(screen.queryByRole('region')).toBeNull();
		expect(screen.queryByRole('alert')).toBeNull();
	});

	test('says that it could not be read', async () => {
		open('fails');

		expect(await screen.findByRole('alert')).toHaveTextContent('That did not work');
	});
});

test('credits are given with the months into which they are carried, none unless one says so', async () => {
	signInAs('manager');
	const server = serve({ GrantCredit: { grantCredit: { errors: [] } } });
	render(GrantCreditDialog, { plans: [{ id: 'p1', name: 'Booster' }], onclose: () => {} });
	const user = userEvent.setup();

	expect(screen.getByLabelText('Later months for what is unused')).toHaveValue('0');
	expect(screen.getByText(/^0 to 24\. 0: what is unused is lost/)).toBeInTheDocument();
	await user.type(screen.getByLabelText('Hours a month'), '2');
	await user.clear(screen.getByLabelText('Later months for what is unused'));
	await user.type(screen.getByLabelText('Later months for what is unused'), '3');
	await user.click(screen.getByRole('button', { name: 'Give credits' }));

	await expect
		.poll(() => server.variablesOf('GrantCredit'))
		.toEqual([{ input: { planId: 'p1', kind: 'MEETING_ROOM', minutesPerMonth: 120, carriesMonths: 3 } }]);
});
