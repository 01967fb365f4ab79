import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import BookingDialog from '../../src/features/booking/BookingDialog.svelte';
import BookingsPage from '../../src/features/booking/BookingsPage.svelte';
import WaitingPage from '../../src/features/booking/WaitingPage.svelte';
import KeepUnitDialog from '../../src/features/rentals/KeepUnitDialog.svelte';
import LetDialog from '../../src/features/rentals/LetDialog.svelte';
import { isOf } from '../../src/lib/gql/ids';
import { router } from '../../src/lib/routing/router.svelte';
import { toasts } from '../../src/lib/ui/toasts.svelte';
import * as data from './support/data';
import { signInAs } from './support/people';
import { choose } from './support/select';
import { page, serve } from './support/server';

const user = userEvent.setup();
const press = (name: string | RegExp) => user.click(screen.getByRole('button', { name }));
const money = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });
const poolId = btoa('Pool:018f');
const pool = { __typename: 'Pool', id: poolId, name: 'Rooms', units: 3, isBooked: true, free: 2 };
const alster = { ...data.unit, id: 'u2', name: 'Alster', poolId };
const members = [{ ...data.unit, poolId }, alster];
const lastToast = () => toasts.list.at(-1)?.text;

test('an id tells what it is of', () => {
	expect([isOf('Pool', poolId), isOf('Unit', poolId), isOf('Pool', '')]).toEqual([true, false, false]);
});

describe('any unit of a pool', () => {
	const poolQuote = (brokenRules: readonly object[] = []) => ({
		poolQuote: { free: 2, units: 3, unit: data.unit, quote: { ...data.quote, brokenRules } },
	});
	const taken = {
		__typename: 'PoolTaken',
		code: 'PoolTaken',
		message: 'All 3 are taken.',
		path: ['input', 'startsAt'],
	};

	function openForm(answers: Parameters<typeof serve>[0]) {
		const server = serve({ Pools: { pools: [pool] }, ...answers });
		const events = { onpending: vi.fn(), onrefused: vi.fn(), onbooked: vi.fn(), onclose: vi.fn() };
		render(BookingDialog, {
			site: data.site,
			units: members as never,
			pools: [pool],
			day: '2099-11-24',
			draft: { unitId: poolId, from: 540, to: 600 },
			isStaff: false,
			...events,
		});
		return { server, events };
	}

	test('is priced for the chosen time, booked at no more, and told by name', async () => {
		const booking = { ...data.booking, id: 'new', unit: { __typename: 'Unit', id: 'u2', name: 'Alster' } };
		const { server, events } = openForm({
			PoolQuote: poolQuote(),
			CreatePoolBooking: { createPoolBooking: { errors: [], booking } },
		});
		expect(await screen.findByText('EUR 62.48')).toBeInTheDocument();
		expect(screen.getByLabelText('Unit')).toHaveDisplayValue('Any of Rooms · 2 of 3 free');
		expect(screen.queryByLabelText('Repeat')).toBeNull();
		await user.type(screen.getByLabelText('What for'), 'Stand-up');
		await press('Book');
		await waitFor(() => expect(events.onbooked).toHaveBeenCalledWith(expect.stringMatching(/^pending-/), 'new'));
		expect(server.variablesOf('PoolQuote')[0]).toMatchObject({ poolId, startsAt: '2099-11-24T08:00:00Z' });
		expect(server.variablesOf('BookingQuote')).toEqual([]);
		expect(server.variablesOf('CreatePoolBooking')[0]?.input).toMatchObject({
			poolId,
			title: 'Stand-up',
			mostMinor: data.quote.price.amountMinor,
		});
		expect(events.onpending).toHaveBeenCalledWith(expect.objectContaining({ unitId: 'u2', isMade: true }));
		expect(lastToast()).toMatch(/^Booked: Alster/);
	});

	test('is not sent when nothing is free; nobody waits for a pool', async () => {
		const { server } = openForm({ PoolQuote: poolQuote([taken]) });
		expect(await screen.findByText('All 3 are taken.')).toBeInTheDocument();
		expect(screen.queryByRole('button', { name: 'Wait for it' })).toBeNull();
		await user.type(screen.getByLabelText('What for'), 'Stand-up');
		await press('Book');
		expect(server.variablesOf('CreatePoolBooking')).toEqual([]);
	});

	test('gives way to one unit, and shows a refusal as for one', async () => {
		const dearer = {
			__typename: 'PoolDearer',
			code: 'PoolDearer',
			message: 'It costs more.',
			path: ['input', 'mostMinor'],
		};
		const { server } = openForm({
			PoolQuote: poolQuote(),
			BookingQuote: { bookingQuote: { ...data.quote, brokenRules: [] } },
			CreatePoolBooking: { createPoolBooking: { errors: [dearer], booking: null } },
		});
		await user.type(screen.getByLabelText('What for'), 'Stand-up');
		await press('Book');
		expect(await screen.findByText('It costs more.')).toBeInTheDocument();
		await choose(screen.getByLabelText('Unit'), 'Alster · Meeting room');
		await waitFor(() => expect(server.variablesOf('BookingQuote')[0]).toMatchObject({ unitId: 'u2' }));
		expect(screen.getByLabelText('Repeat')).toBeInTheDocument();
	});
});

describe('the day of a site', () => {
	function open(pools: readonly object[], day = '2099-11-24', site: object = data.site) {
		signInAs('owner');
		router.go(`/bookings?day=${day}`);
		return serve({
			BookableSites: { sites: page([site]) },
			OwnSite: { residencies: page([data.residency]) },
			BookableUnits: { units: page(members) },
			DayBookings: { bookings: page([]) },
			DayOutages: { siteDay: { units: [] } },
			WaitingList: { waitingList: page([]) },
			PoolQuote: { poolQuote: { free: 2, units: 3, unit: data.unit, quote: data.quote } },
			Pools: { pools },
		});
	}

	test('offers its pools with how many are free in the first hour, and opens the form with one', async () => {
		const server = open([pool, { ...pool, id: btoa('Pool:desks'), name: 'Desks', isBooked: false }]);
		render(BookingsPage);
		const choices = within(await screen.findByRole('group', { name: /^Any unit will do/ }));
		expect(choices.getAllByRole('button').map(({ textContent }) => textContent?.trim())).toEqual([
			'Any of Rooms · 2 of 3 free',
		]);
		expect(server.variablesOf('Pools')[0]).toEqual({
			siteId: 's1',
			from: '2099-11-24T06:00:00Z',
			until: '2099-11-24T07:00:00Z',
		});
		await press(/^Any of Rooms/);
		expect(await screen.findByRole('dialog', { name: 'New booking' })).toBeInTheDocument();
		expect(screen.getByLabelText('Unit')).toHaveValue(poolId);
	});

	test.each([
		['on a day that is closed', '2099-11-22', data.site],
		['at a site that is closed by then', '2099-11-24', { ...data.site, closesOn: '2099-11-24' }],
	])('offers no pool %s', async (_when, day, site) => {
		const server = open([pool], day, site);
		render(BookingsPage);
		expect(await screen.findByText(/^Arrow keys move/)).toBeInTheDocument();
		await waitFor(() => expect(server.variablesOf('Pools')).toHaveLength(1));
		expect(screen.queryByRole('group', { name: /^Any unit will do/ })).toBeNull();
	});

	test('says nothing of pools where there are none', async () => {
		open([]);
		render(BookingsPage);
		expect((await screen.findAllByRole('button', { name: /Elbe, free/ })).length).toBeGreaterThan(0);
		expect(screen.queryByText(/^Any/)).toBeNull();
	});
});

describe('days of any unit of a pool', () => {
	const offices = { ...pool, name: 'Offices', isBooked: false, free: null };
	const line = {
		__typename: 'StayLine',
		what: 'month',
		quantity: 12,
		ofDays: null,
		first: '2099-01-01',
		last: '2099-12-31',
	};
	const quote = (taken: readonly object[] = []) => ({
		quoteRental: {
			startsOn: '2099-01-01',
			endsOn: '2099-12-31',
			priceIncludesTax: false,
			audience: 'EVERYBODY',
			unit: { __typename: 'Unit', id: 'u2', name: 'Office 02' },
			monthlyPrice: money(1000),
			lines: [{ ...line, unitPrice: money(1000), amount: money(12_000) }],
			amount: money(12_000),
			totals: { net: money(12_000), tax: money(2280), gross: money(14_280) },
			taken,
			notice: { count: 1, unit: 'MONTHS' },
			usualDeposit: money(1000),
		},
	});
	const answers = {
		Pools: { pools: [offices, pool] },
		Units: { units: page([{ ...data.unit, hourlyPrice: null }]) },
		UnitDetails: { node: { ...data.unit, policy: { ...data.unit.policy, holdMinutes: 2880 } } },
		BookableSites: { sites: page([data.site]) },
		OrganizationChoices: { organizations: page([data.startup]) },
	};

	beforeEach(() => signInAs('owner'));

	async function chooseAny() {
		await user.click(screen.getByRole('combobox', { name: 'Unit' }));
		await user.click(await screen.findByRole('option', { name: /^Any of Offices/ }));
	}

	test('tell which it would be and its price, and that one is kept', async () => {
		const hold = {
			id: 'h1',
			state: 'HELD',
			expiresAt: '2099-01-01T00:00:00Z',
			version: 1,
			unit: { id: 'u2', name: 'Office 02' },
		};
		const server = serve({ ...answers, RentalQuote: quote(), HoldUnit: { holdUnit: { errors: [], hold } } });
		render(KeepUnitDialog, { sites: [data.site], onclose: vi.fn() });
		await chooseAny();
		expect(screen.queryByRole('option', { name: /^Any of Rooms/ })).toBeNull();
		expect((await screen.findByText('It would be')).parentElement).toHaveTextContent('Office 02');
		expect(screen.getByText('EUR 142.80')).toBeInTheDocument();
		await press('Keep a unit');
		await waitFor(() => expect(lastToast()).toBe('Kept: Office 02'));
		expect(server.variablesOf('RentalQuote')[0]).toMatchObject({ poolId });
		expect(server.variablesOf('RentalQuote')[0]).not.toHaveProperty('unitId');
		expect(server.variablesOf('UnitDetails')[0]).toEqual({ id: 'u2' });
		expect(server.variablesOf('HoldUnit')[0]?.input).toMatchObject({ unitId: 'u2' });
	});

	test('say that none is free', async () => {
		serve({ ...answers, RentalQuote: quote([{ first: '2099-02-01', last: '2099-03-01' }]) });
		render(KeepUnitDialog, { sites: [data.site], onclose: vi.fn() });
		await chooseAny();
		expect(await screen.findByText(/^No unit of the pool is free on all these days. Office 02/)).toBeInTheDocument();
		expect(screen.queryByText('It would be')).toBeNull();
	});

	test('are not kept before it is known which one it would be', async () => {
		const server = serve({ ...answers });
		render(KeepUnitDialog, { sites: [data.site], onclose: vi.fn() });
		await chooseAny();
		expect(await screen.findByText('There is no price for these days.')).toBeInTheDocument();
		await press('Keep a unit');
		expect(await screen.findByText(/^Which unit it would be is not known yet/)).toBeInTheDocument();
		expect(server.variablesOf('HoldUnit')).toEqual([]);
	});

	test('are let by staff as the unit that was shown', async () => {
		signInAs('manager');
		const rental = { id: 'r1', version: 1, unit: { id: 'u2', name: 'Office 02' } };
		const server = serve({ ...answers, RentalQuote: quote(), AssignRental: { assignRental: { errors: [], rental } } });
		render(LetDialog, { siteId: 's1', onclose: vi.fn() });
		await chooseAny();
		await press('Let the unit');
		expect(server.variablesOf('AssignRental')).toEqual([]);
		await user.type(screen.getByRole('combobox', { name: 'Organisation' }), 'Niv');
		await user.click(await screen.findByRole('option', { name: /^Nivara/ }));
		expect((await screen.findByText('It would be')).parentElement).toHaveTextContent('Office 02');
		await press('Let the unit');
		await waitFor(() => expect(server.variablesOf('AssignRental')[0]?.input).toMatchObject({ unitId: 'u2' }));
		expect(server.variablesOf('AssignRental')[0]?.input).not.toHaveProperty('poolId');
		await waitFor(() => expect(lastToast()).toBe('Let: Office 02'));
	});
});

describe('the waiting list', () => {
	const entry = {
		__typename: 'WaitingEntry',
		id: 'w1',
		state: 'OFFERED',
		startsAt: '2099-11-24T09:00:00Z',
		endsAt: '2099-11-24T10:00:00Z',
		title: 'Board',
		offeredUntil: '2099-11-24T08:00:00Z',
		bookingId: null,
		insteadOfId: 'b1',
		insteadOf: {
			__typename: 'Booking',
			id: 'b1',
			startsAt: '2099-11-23T09:00:00Z',
			endsAt: '2099-11-23T10:00:00Z',
			unit: alster,
		},
		version: 1,
		price: money(4500),
		unit: data.unit,
	};
	const plain = { ...entry, id: 'w2', insteadOfId: null, insteadOf: null };

	test('says which booking an outage ended, and the slot is taken or left as any other', async () => {
		signInAs('owner');
		const server = serve({
			WaitingList: { waitingList: page([entry, plain]) },
			AcceptSlot: { acceptSlot: { errors: [], booking: data.booking } },
			LeaveWaitingList: { leaveWaitingList: { errors: [], entry: plain } },
		});
		render(WaitingPage);
		const link = await screen.findByRole('link', {
			name: /^Instead of Alster, .*10:00.*11:00, which is out of order$/,
		});
		expect(link).toHaveAttribute('href', '/bookings?site=s1&day=2099-11-23&booking=b1');
		expect(screen.getAllByRole('link', { name: /^Instead of/ })).toHaveLength(1);
		const row = within(screen.getByRole('row', { name: /Instead of/ }));
		await user.click(row.getByRole('button', { name: /^Take the slot/ }));
		await waitFor(() => expect(server.variablesOf('AcceptSlot')[0]?.input).toMatchObject({ waitingEntryId: 'w1' }));
		await user.click(row.getByRole('button', { name: /^Leave/ }));
		await waitFor(() => expect(server.variablesOf('LeaveWaitingList')).toEqual([{ input: { waitingEntryId: 'w1' } }]));
	});

	test('leads to the booking that is no more, which says what ended it', async () => {
		signInAs('owner');
		router.go('/bookings?day=2099-11-23&booking=b1');
		const lost = { ...data.booking, id: 'b1', state: 'CANCELLED', isMine: true };
		const server = serve({
			BookableSites: { sites: page([data.site]) },
			OwnSite: { residencies: page([data.residency]) },
			BookableUnits: { units: page(members) },
			DayBookings: { bookings: page([]) },
			DayOutages: { siteDay: { units: [] } },
			WaitingList: { waitingList: page([]) },
			Pools: { pools: [] },
			OneBooking: { node: lost },
			BookingDetails: {
				node: { ...lost, outageId: 'out1', heirId: 'b2', lines: [], companion: null },
				usages: page([]),
			},
		});
		render(BookingsPage);
		expect(await screen.findByText('An outage ended this booking. Nothing of it is charged.')).toBeInTheDocument();
		expect(screen.getByRole('link', { name: /taken instead/ })).toHaveAttribute('href', '/bookings?site=s1&booking=b2');
		expect(server.variablesOf('OneBooking')).toEqual([{ id: 'b1' }]);
		expect(screen.queryByText('Price')).toBeNull();
	});
});
