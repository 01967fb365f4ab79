import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, test, vi } from 'vitest';
import BookingDialog from '../../src/features/booking/BookingDialog.svelte';
import BookingPanel from '../../src/features/booking/BookingPanel.svelte';
import FindTimePage from '../../src/features/booking/FindTimePage.svelte';
import { equipmentOf, foundTime, hrefOfSlot } from '../../src/features/booking/finding';
import { shareOf } from '../../src/features/booking/quoting';
import { once, ruleOf } from '../../src/features/booking/series';
import { router } from '../../src/lib/routing/router.svelte';
import * as data from './support/data';
import { signInAs } from './support/people';
import { choose } from './support/select';
import { page, serve } from './support/server';

const user = userEvent.setup();
const press = (name: string | RegExp) => user.click(screen.getByRole('button', { name }));
const money = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });

describe('booking', () => {
	const quote = (brokenRules: readonly object[]) => ({
		bookingQuote: { ...data.quote, brokenRules },
	});
	const closed = {
		__typename: 'UnitClosed',
		code: 'UnitClosed',
		message: 'The site is closed then.',
		path: [],
	};

	function openForm(answers: Parameters<typeof serve>[0], isStaff = false) {
		const server = serve(answers);
		const events = { onpending: vi.fn(), onrefused: vi.fn(), onbooked: vi.fn(), onclose: vi.fn() };
		render(BookingDialog, {
			site: data.site,
			units: [data.unit as never],
			day: '2099-11-24',
			draft: { unitId: 'u1', from: 540, to: 600 },
			isStaff,
			...events,
		});
		return { server, events };
	}

	test('tells the price before it is made, and asks for the site’s own hours', async () => {
		const { server } = openForm({ BookingQuote: quote([]) });
		expect(await screen.findByText('EUR 62.48')).toBeInTheDocument();
		expect(server.variablesOf('BookingQuote')[0]).toEqual({
			unitId: 'u1',
			organizationId: null,
			accessoryIds: [],
			companionId: null,
			startsAt: '2099-11-24T08:00:00Z',
			endsAt: '2099-11-24T09:00:00Z',
		});
	});

	test('lists the broken rules and sends nothing', async () => {
		const { server } = openForm({ BookingQuote: quote([closed]) });
		expect(await screen.findByText('The site is closed then.')).toBeInTheDocument();
		await user.type(screen.getByLabelText('What for'), 'Stand-up');
		await press('Book');
		expect(server.variablesOf('CreateBooking')).toEqual([]);
	});

	test('lets staff override a rule with a reason', async () => {
		const booking = { ...data.booking, id: 'new' };
		const { server, events } = openForm(
			{ BookingQuote: quote([closed]), CreateBooking: { createBooking: { errors: [], booking } } },
			true,
		);
		await user.type(await screen.findByLabelText('Why it is booked all the same'), 'Fire drill');
		await user.type(screen.getByLabelText('What for'), 'Stand-up');
		await press('Book');
		await waitFor(() => expect(events.onbooked).toHaveBeenCalledWith(expect.stringMatching(/^pending-/), 'new'));
		expect(server.variablesOf('CreateBooking')[0]?.input).toMatchObject({
			overrideReason: 'Fire drill',
			title: 'Stand-up',
		});
	});

	test('shows at once, and takes it back beside the field when somebody was faster', async () => {
		const taken = {
			__typename: 'UnitTaken',
			code: 'UnitTaken',
			message: 'The unit is held by somebody else.',
			path: ['input', 'unitId'],
		};
		const { events } = openForm({
			BookingQuote: quote([]),
			CreateBooking: { createBooking: { errors: [taken], booking: null } },
		});
		await user.type(screen.getByLabelText('What for'), 'Stand-up');
		await press('Book');
		expect(await screen.findByText('The unit is held by somebody else.')).toBeInTheDocument();
		expect(events.onpending).toHaveBeenCalledWith(
			expect.objectContaining({ title: 'Stand-up', startsAt: '2099-11-24T08:00:00Z' }),
		);
		expect(events.onrefused).toHaveBeenCalledWith(events.onpending.mock.calls[0]?.[0].id);
		expect(events.onbooked).not.toHaveBeenCalled();
		expect(screen.getByLabelText('What for')).toHaveValue('Stand-up');
	});
});

describe('the price before one agrees', () => {
	function openForm(bookingQuote: object, isStaff = false) {
		serve({ BookingQuote: { bookingQuote }, OrganizationChoices: { organizations: page([]) } });
		render(BookingDialog, {
			site: data.site,
			units: [data.unit as never],
			accessories: [{ ...data.unit, id: 'a1', name: 'Camera', kind: 'ACCESSORY' } as never],
			day: '2099-11-24',
			draft: { unitId: 'u1', from: 540, to: 660 },
			isStaff,
			onpending: vi.fn(),
			onrefused: vi.fn(),
			onbooked: vi.fn(),
			onclose: vi.fn(),
		});
	}

	test('stands line by line, with credit, tax and the fees of the policy', async () => {
		openForm(data.quote);
		const lines = within(await screen.findByRole('list', { name: 'How the price comes about' }));
		expect(lines.getAllByRole('listitem').map((line) => line.textContent?.replace(/\s+/g, ' ').trim())).toEqual([
			'Credit 30 mins EUR 0.00',
			'Time 1 hr 30 mins × EUR 35.00 an hour EUR 52.50',
		]);
		expect(screen.getByText('Paid with credit').parentElement).toHaveTextContent('30 min');
		expect(screen.getByText('EUR 9.98')).toBeInTheDocument();
		expect(screen.getByText(/^Cancelling is free until 23 Nov 2099/)).toHaveTextContent('then it costs EUR 26.25');
		expect(screen.getByText('Not coming costs EUR 52.50.')).toBeInTheDocument();
	});

	test('tells staff which rules they may override, and lets nobody break the others', async () => {
		const rule = (code: string, message: string) => ({ __typename: code, code, message, path: [] });
		openForm(
			{ ...data.quote, brokenRules: [rule('UnitClosed', 'It is closed.'), rule('UnitTaken', 'It is taken.')] },
			true,
		);
		expect(await screen.findByText(/It is closed\./)).toHaveTextContent('You may override this with a reason.');
		expect(screen.getByText(/It is taken\./)).toHaveTextContent('Nobody may override this.');
		expect(screen.getByRole('button', { name: 'Book' })).toHaveAttribute('aria-disabled', 'true');
	});

	test('offers accessories and asks for their price along', async () => {
		openForm(data.quote);
		await user.click(await screen.findByRole('checkbox', { name: /^Camera/ }));
		await waitFor(() => {
			const [, init] = vi.mocked(fetch).mock.calls.at(-1) ?? [];
			expect(JSON.parse(String(init?.body)).variables.accessoryIds).toEqual(['a1']);
		});
	});

	test('a share of the price is rounded half up, like the fee that is charged', () => {
		expect([shareOf(money(101), 50), shareOf(money(5250), 100)]).toEqual([money(51), money(5250)]);
	});
});

describe('a series', () => {
	test('has the rule that the form says, and none while its end is missing', () => {
		expect([
			ruleOf(once),
			ruleOf({ ...once, repeat: 'WEEKLY' }),
			ruleOf({ ...once, repeat: 'DAILY', times: '1' }),
			ruleOf({ ...once, repeat: 'MONTHLY', ends: 'day', until: '2099-12-31' }),
			ruleOf({ ...once, repeat: 'MONTHLY', ends: 'day' }),
		]).toEqual([null, 'FREQ=WEEKLY;COUNT=10', null, 'FREQ=MONTHLY;UNTIL=20991231', null]);
	});

	test('shows which of its times fail and why before it is made', async () => {
		const failures = [{ startsAt: '2099-12-01T09:00', code: 'UnitTaken', message: 'Held by somebody else.' }];
		const report = { bookingIds: ['b1', 'b2'], seriesId: 'se1', failures, price: money(7000) };
		const server = serve({
			BookingQuote: { bookingQuote: data.quote },
			SeriesPreview: { seriesPreview: { ...report, seriesId: null, bookingIds: [] } },
			CreateSeries: { createSeries: { errors: [], report } },
		});
		const onclose = vi.fn();
		render(BookingDialog, {
			site: data.site,
			units: [data.unit as never],
			day: '2099-11-24',
			draft: { unitId: 'u1', from: 540, to: 600 },
			isStaff: false,
			onpending: vi.fn(),
			onrefused: vi.fn(),
			onbooked: vi.fn(),
			onclose,
		});
		await choose(await screen.findByLabelText('Repeat'), 'Every week');
		expect(await screen.findByText('1 time cannot be booked and is left out')).toBeInTheDocument();
		expect(screen.getByText(/Held by somebody else\./)).toHaveTextContent('Tue 1 Dec, 09:00');
		await user.type(screen.getByLabelText('What for'), 'Stand-up');
		await press('Book');
		await waitFor(() => expect(onclose).toHaveBeenCalled());
		expect(server.variablesOf('CreateSeries')[0]?.input).toMatchObject({ rule: 'FREQ=WEEKLY;COUNT=10', unitId: 'u1' });
		expect(server.variablesOf('CreateBooking')).toEqual([]);
	});
});

describe('the panel of a booking', () => {
	const details = {
		__typename: 'Booking',
		id: 'b1',
		creditMinutes: 0,
		noteForNext: '',
		noteFromBefore: 'The left tap drips.',
		seriesId: null,
		expiresAt: null,
		lines: data.quote.lines,
	};
	const booked = { ...data.booking, startsAt: '2099-11-24T09:00:00Z', endsAt: '2099-11-24T10:30:00Z' };

	function open(booking: object, answers: Parameters<typeof serve>[0] = {}, usages: object[] = []) {
		const server = serve({ BookingDetails: { node: details, usages: page(usages) }, ...answers });
		const onclose = vi.fn();
		render(BookingPanel, {
			booking: booking as never,
			siteId: 's1',
			units: [data.unit as never],
			unit: data.unit as never,
			zone: 'Europe/Berlin',
			onclose,
		});
		return { server, onclose };
	}

	test('shows the note of the one before, and says nothing of others', async () => {
		signInAs('member');
		open(booked);
		expect(await screen.findByText('The left tap drips.')).toBeInTheDocument();
	});

	test('waits with grey shapes, and asks again after a failure', async () => {
		signInAs('member');
		const { server } = open(booked, { BookingDetails: 'fails' });
		expect(document.querySelector('[aria-busy="true"]')).not.toBeNull();
		const retry = await screen.findByRole('button', { name: 'Try again' });
		server.answers.BookingDetails = { node: details, usages: page([]) };
		await user.click(retry);
		expect(await screen.findByText('The left tap drips.')).toBeInTheDocument();
	});

	test('tells the fee before it cancels', async () => {
		signInAs('member');
		const fees = {
			freeUntil: '2099-11-23T09:00:00Z',
			priceIncludesTax: false,
			cancelFee: money(2625),
			noShowFee: money(5250),
			cancelTotals: { net: money(2625), tax: money(499), gross: money(3124) },
			noShowTotals: null,
		};
		const { server, onclose } = open(booked, {
			BookingFees: { bookingFees: fees },
			CancelBooking: { cancelBooking: { errors: [], booking: { ...booked, state: 'CANCELLED' } } },
		});
		await press('Cancel the booking');
		const dialog = within(await screen.findByRole('dialog', { name: 'Cancel this booking?' }));
		expect(await dialog.findByText(/Cancelling now costs EUR 31\.24/)).toBeInTheDocument();
		expect(server.variablesOf('CancelBooking')).toEqual([]);
		await user.click(dialog.getByRole('button', { name: 'Cancel the booking' }));
		await waitFor(() => expect(onclose).toHaveBeenCalled());
		expect(server.variablesOf('CancelBooking')[0]?.input).toEqual({
			bookingId: 'b1',
			expectedVersion: 1,
			overrideReason: null,
		});
	});

	test('moves to another time and opens the heir', async () => {
		signInAs('member');
		const { server } = open(booked, {
			BookingQuote: { bookingQuote: data.quote },
			MoveBooking: { moveBooking: { errors: [], booking: { ...booked, id: 'heir' } } },
		});
		await press('Move');
		const dialog = within(await screen.findByRole('dialog', { name: 'Move this booking' }));
		await choose(dialog.getByLabelText('From'), '11:00');
		await user.click(dialog.getByRole('button', { name: 'Move' }));
		await waitFor(() => expect(router.search.get('booking')).toBe('heir'));
		expect(server.variablesOf('MoveBooking')[0]?.input).toMatchObject({
			bookingId: 'b1',
			unitId: 'u1',
			startsAt: '2099-11-24T10:00:00Z',
			endsAt: '2099-11-24T11:30:00Z',
		});
	});

	test('is handed over to a colleague', async () => {
		signInAs('member');
		const wei = { person: { id: 'p7', name: 'Ada Brandt', email: 'ada@example.com' }, roles: [], isPending: false };
		const { server } = open(booked, {
			People: { people: page([wei]) },
			HandOverBooking: { handOverBooking: { errors: [], booking: booked } },
		});
		await press('Hand over');
		const dialog = within(await screen.findByRole('dialog', { name: 'Hand over' }));
		await user.type(dialog.getByRole('combobox', { name: 'Colleague' }), 'Ada');
		await user.click(await dialog.findByRole('option', { name: /Ada Brandt/ }));
		await user.click(dialog.getByRole('button', { name: 'Hand over' }));
		await waitFor(() =>
			expect(server.variablesOf('HandOverBooking')).toEqual([
				{ input: { bookingId: 'b1', personId: 'p7', expectedVersion: 1 } },
			]),
		);
	});

	test('is approved or declined by staff only', async () => {
		signInAs('manager');
		const { server } = open(
			{ ...booked, isMine: false, state: 'PENDING' },
			{ DecideBooking: { decideBooking: { errors: [], booking: booked } } },
		);
		await press('Approve');
		await waitFor(() => expect(server.variablesOf('DecideBooking')[0]?.input).toMatchObject({ isApproved: true }));
	});

	test('is checked in when it is time, and out again', async () => {
		signInAs('member');
		const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
		const running = { ...data.booking, startsAt: at(-5), endsAt: at(55) };
		const { server } = open(running, {
			CheckIn: { checkIn: { errors: [], usage: { __typename: 'Usage', id: 'us1' } } },
			CheckOut: { checkOut: { errors: [], usage: { __typename: 'Usage', id: 'us1' } } },
		});
		const usage = { __typename: 'Usage', id: 'us1', state: 'OPEN', startedAt: at(-1), endedAt: null, minutes: 0 };
		const button = await screen.findByRole('button', { name: 'Check in' });
		server.answers.BookingDetails = { node: details, usages: page([{ ...usage, bookingId: 'b1' }]) };
		await user.click(button);
		await user.click(await screen.findByRole('button', { name: 'Check out' }));
		await waitFor(() => expect(server.variablesOf('CheckOut')).toEqual([{ input: { bookingId: 'b1' } }]));
	});
});

describe('finding a time', () => {
	const slot = {
		startsAt: '2099-11-24T08:00:00Z',
		endsAt: '2099-11-24T09:00:00Z',
		missing: [],
		unit: { ...data.unit, kind: 'MEETING_ROOM' as const, site: data.site },
	};
	const sites = { sites: page([data.site]) };

	test('a result opens the form with its unit and time', () => {
		const href = hrefOfSlot(slot);
		expect(href).toBe('/bookings?site=s1&day=2099-11-24&new=1&unit=u1&from=540&to=600');
		const search = new URL(href, 'https://x').searchParams;
		expect(foundTime(search, [data.unit as never])).toEqual({ unitId: 'u1', from: 540, to: 600 });
		expect(foundTime(search, [])).toBeNull();
	});

	test('equipment is read word by word', () => {
		expect(equipmentOf(' Confocal, CO2 incubator，离心机 ,')).toEqual(['confocal', 'co2 incubator', '离心机']);
	});

	test('lists what is free, and asks anew for another length', async () => {
		signInAs('member');
		const server = serve({ BookableSites: sites, FreeSlots: { freeSlots: [slot] } });
		router.go('/find-time?site=s1', { replace: true });
		render(FindTimePage);
		const link = await screen.findByRole('link', { name: /^Book: Elbe/ });
		expect(link).toHaveAttribute('href', hrefOfSlot(slot));
		await choose(screen.getByLabelText('Length'), '2 hrs');
		await waitFor(() =>
			expect(server.variablesOf('FreeSlots').at(-1)).toMatchObject({ minutes: 120, siteIds: ['s1'] }),
		);
		expect(router.search.get('minutes')).toBe('120');
	});

	test('begins at the site of the own residency', async () => {
		signInAs('member');
		const server = serve({
			BookableSites: { sites: page([{ ...data.site, id: 's0', name: 'Elsewhere' }, data.site]) },
			OwnSite: { residencies: page([{ id: 're1', site: { id: 's1' } }]) },
			FreeSlots: { freeSlots: [slot] },
		});
		render(FindTimePage);
		await screen.findByRole('link', { name: /^Book: Elbe/ });
		expect(server.variablesOf('FreeSlots').map(({ siteIds }) => siteIds)).toEqual([['s1']]);
	});

	test.each([
		['nothing fits', { freeSlots: [] }, 'No free time fits'],
		['it fails', 'fails' as const, 'That did not work'],
		['it is on its way', 'never' as const, 'Loading…'],
	])('says so when %s', async (_when, answer, words) => {
		signInAs('member');
		serve({ BookableSites: sites, OwnSite: { residencies: page([]) }, FreeSlots: answer });
		render(FindTimePage);
		expect(await screen.findByText(words)).toBeInTheDocument();
	});
});
