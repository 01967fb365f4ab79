import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import HerePage from '../../src/features/here/HerePage.svelte';
import { currentAndNext } from '../../src/features/here/here';
import * as data from './support/data';
import { signInAs } from './support/people';
import { page, serve } from './support/server';

const user = userEvent.setup();
const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const mine = { ...data.booking, startsAt: at(10), endsAt: at(70) } as never;
const theirs = { ...data.booking, id: 'b2', isMine: false, startsAt: at(10), endsAt: at(70) } as never;

describe('the page at a unit', () => {
	test('shows an own booking as soon as its check-in is open, and those of others from their start', () => {
		expect(currentAndNext([mine], Date.now())).toEqual({ current: mine, next: null });
		expect(currentAndNext([theirs], Date.now())).toEqual({ current: null, next: theirs });
		expect(currentAndNext([mine, theirs], Date.now())).toEqual({ current: mine, next: theirs });
	});

	test('checks in', async () => {
		signInAs('member');
		const server = serve({
			UnitHere: { node: data.unit, bookings: { nodes: [mine] } },
			Usages: { usages: page([]) },
			CheckIn: { checkIn: { errors: [], usage: { __typename: 'Usage', id: 'us1' } } },
		});
		render(HerePage, { id: 'u1' });
		await user.click(await screen.findByRole('button', { name: 'Check in' }));
		await waitFor(() => expect(server.variablesOf('CheckIn')).toEqual([{ input: { bookingId: 'b1' } }]));
	});

	test('says that a unit is free, and offers staff to take it out of order', async () => {
		signInAs('manager');
		serve({ UnitHere: { node: data.unit, bookings: { nodes: [] } }, Usages: { usages: page([]) } });
		render(HerePage, { id: 'u1' });
		expect(await screen.findByText('Free now')).toBeInTheDocument();
		expect(screen.getByRole('button', { name: 'Out of order' })).toBeInTheDocument();
	});

	test.each([
		['it is on its way', 'never' as const, 'Loading…'],
		['it fails', 'fails' as const, 'That did not work'],
		['there is no such unit', { node: null, bookings: { nodes: [] } }, /does not exist/],
	])('says so when %s', async (_when, answer, words) => {
		signInAs('member');
		serve({ UnitHere: answer, Usages: { usages: page([]) } });
		render(HerePage, { id: 'u1' });
		expect(await screen.findByText(words)).toBeInTheDocument();
	});
});
