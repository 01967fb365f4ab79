import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import UnitPanel from '../../src/features/units/UnitPanel.svelte';
import { shareUsed } from '../../src/features/units/utilization.svelte';
import * as data from './support/data';
import { signInAs } from './support/people';
import { page, serve } from './support/server';

const user = userEvent.setup();
const press = (name: string | RegExp) => user.click(screen.getByRole('button', { name }));
const money = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });

const policy = {
	...data.unit.policy,
	shortestMinutes: 15,
	longestMinutes: 480,
	horizonDays: 90,
	bufferMinutes: 0,
	weeklyMinutes: null,
	personDayMinutes: null,
	futureCount: null,
	futureMinutes: null,
	gapMinutes: null,
	createNoticeMinutes: null,
	changeNoticeMinutes: null,
	offPeakHours: '',
	chargeOn: 'RESERVED',
	approvalMinutes: 2880,
	offerMinutes: 60,
	holdMinutes: 0,
};
const unit = {
	...data.unit,
	policy,
	roomId: 'rm1',
	wholeId: null,
	ownerShare: { percent: '12.50', nextPercent: null, nextFrom: null },
	owner: data.startup,
	version: 4,
};
const floor = {
	__typename: 'Floor',
	id: 'f1',
	building: 'House A',
	name: 'Second floor',
	level: 2,
	planSvg: '',
	version: 1,
	rooms: [{ __typename: 'Room', id: 'rm1', name: '2.14', biosafetyLevel: 1, capacity: 4 }],
};
const rate = {
	__typename: 'Rate',
	id: 'ra1',
	kind: null,
	unitId: 'u1',
	audience: 'RESIDENT',
	basis: 'HOUR',
	offPeakHours: '',
	startsOn: '2026-01-01',
	endsOn: null,
	isUsed: true,
	version: 2,
	amount: money(3500),
	offPeakAmount: null,
	minimum: money(0),
	dayCap: null,
};

function open(answers: Parameters<typeof serve>[0] = {}) {
	signInAs('manager');
	const server = serve({
		UnitDetails: { node: unit },
		Floors: { floors: [floor] },
		Rates: { rates: page([rate]) },
		...answers,
	});
	render(UnitPanel, { id: 'u1', onclose: () => {} });
	return server;
}

test('a unit says where it is and whose it is', async () => {
	open();
	expect(await screen.findByText('House A · Second floor · 2.14')).toBeInTheDocument();
	expect(screen.getByText('12.5 %')).toBeInTheDocument();
	expect(screen.getByText('screen')).toBeInTheDocument();
});

test('a unit that is not there says so, and a failure can be tried again', async () => {
	const server = open({ UnitDetails: 'fails' });
	const retry = await screen.findByRole('button', { name: 'Try again' });
	server.answers.UnitDetails = { node: null };
	await user.click(retry);
	expect(await screen.findByText(/does not exist/)).toBeInTheDocument();
});

test('a rate that was used ends today; one that was not goes', async () => {
	const server = open({ EndRate: { endRate: { errors: [], rate } } });
	await screen.findByText('screen');
	await press('Rates');
	const list = within(await screen.findByRole('list', { name: 'Rates' }));
	expect(list.getByText(/^Residents/)).toHaveTextContent('of this unit · since 1 Jan 2026');
	await user.click(list.getByRole('button', { name: 'End today' }));
	const dialog = within(await screen.findByRole('dialog', { name: 'End this rate?' }));
	await user.click(dialog.getByRole('button', { name: 'End today' }));
	await waitFor(() =>
		expect(server.variablesOf('EndRate')[0]?.input).toMatchObject({ rateId: 'ra1', expectedVersion: 2 }),
	);
});

test('a rate is added for an audience, in the currency of the site', async () => {
	const server = open({ AddRate: { addRate: { errors: [], rate } } });
	await screen.findByText('screen');
	await press('Rates');
	await screen.findByRole('list', { name: 'Rates' });
	await press('Add a rate');
	const dialog = within(await screen.findByRole('dialog', { name: 'Add a rate' }));
	await user.type(dialog.getByLabelText('Amount'), '42.50');
	await user.click(dialog.getByRole('button', { name: 'Add a rate' }));
	await waitFor(() =>
		expect(server.variablesOf('AddRate')[0]?.input).toMatchObject({
			siteId: 's1',
			unitId: 'u1',
			audience: 'EVERYBODY',
			basis: 'HOUR',
			amountMinor: 4250,
			endsOn: null,
		}),
	);
});

test('an empty limit of the policy is none', async () => {
	const server = open({ SetBookingPolicy: { setBookingPolicy: { errors: [], unit } } });
	await screen.findByText('screen');
	await press('Booking policy');
	await user.clear(screen.getByLabelText('Longest, minutes'));
	await user.type(screen.getByLabelText('Notice to book, minutes'), '60');
	await press('Save the policy');
	await waitFor(() =>
		expect(server.variablesOf('SetBookingPolicy')[0]?.input).toMatchObject({
			unitId: 'u1',
			expectedVersion: 4,
			longestMinutes: null,
			shortestMinutes: 15,
			createNoticeMinutes: 60,
			weeklyMinutes: null,
			bufferMinutes: 0,
			chargeOn: 'RESERVED',
		}),
	);
});

test('a unit that was never open was not used', () => {
	expect([
		shareUsed({ openMinutes: 0, bookedMinutes: 0, letMinutes: 0 }),
		shareUsed({ openMinutes: 600, bookedMinutes: 150, letMinutes: 0 }),
		shareUsed({ openMinutes: 600, bookedMinutes: 0, letMinutes: 1440 }),
	]).toEqual([0, 0.25, 1]);
});
