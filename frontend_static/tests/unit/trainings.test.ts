import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import BrokenRules from '../../src/features/booking/BrokenRules.svelte';
import { mayOverride } from '../../src/features/booking/quoting';
import AreaPage from '../../src/features/here/AreaPage.svelte';
import MyQualificationsPage from '../../src/features/trainings/MyQualificationsPage.svelte';
import { standing } from '../../src/features/trainings/qualification';
import TrainingsPage from '../../src/features/trainings/TrainingsPage.svelte';
import UnitRequirements from '../../src/features/units/UnitRequirements.svelte';
import { router } from '../../src/lib/routing/router.svelte';
import * as data from './support/data';
import { signInAs } from './support/people';
import { choose } from './support/select';
import { page, serve } from './support/server';

const user = userEvent.setup();
const training = {
	__typename: 'Training',
	id: 't1',
	name: 'Confocal microscope',
	kind: 'TRAINING',
	biosafetyLevel: 0,
	description: '',
	levels: ['Basic', 'Trainer'],
	trainerLevel: 2,
	validDays: 365,
	disuseDays: null,
	reminderDays: 30,
	version: 1,
	site: null,
	trainers: [{ __typename: 'Person', id: 'p9', name: 'Mara' }],
};
const session = {
	__typename: 'TrainingSession',
	id: 's1',
	startsAt: '2099-11-24T09:00:00Z',
	endsAt: '2099-11-24T11:00:00Z',
	place: 'Lab 1',
	seats: 4,
	seatsTaken: 3,
	state: 'PLANNED',
	ownSeatId: null,
	isGivenByViewer: false,
	version: 1,
	training,
	site: data.site,
	unit: null,
	trainer: { __typename: 'Person', id: 'p9', name: 'Mara' },
};
const held = {
	__typename: 'Qualification',
	id: 'q1',
	level: 1,
	grantedOn: '2026-01-01',
	validUntil: null,
	lastUsedOn: null,
	endsOn: null,
	state: 'HELD',
	reason: '',
	version: 2,
	person: { __typename: 'Person', id: 'p1', name: 'Ada' },
	training,
};
const sites = { BookableSites: { sites: page([data.site]) } };
const mine = (more: object = {}) => ({
	MyQualifications: { myQualifications: [], openRequirements: [], trainingSessions: page([]), ...more },
});

describe('how a qualification stands', () => {
	test.each([
		['HELD', null, 'Valid'],
		['HELD', '2026-03-10', 'Ends soon'],
		['HELD', '2026-04-10', 'Valid'],
		['HELD', '2026-03-09', 'Ended'],
		['SUSPENDED', '2026-03-09', 'Suspended'],
		['REVOKED', null, 'Revoked'],
	] as const)('%s until %s is "%s"', (state, endsOn, words) => {
		expect(standing({ state, endsOn }, '2026-03-10').text).toBe(words);
	});
});

describe('my qualifications', () => {
	test('tell what is held, what is missing and what that blocks', async () => {
		signInAs('member');
		const open = { level: 1, units: ['Zeiss 1', 'Zeiss 2'], training, nextSession: null };
		serve(mine({ myQualifications: [held], openRequirements: [open] }));
		render(MyQualificationsPage);
		expect(await screen.findByText('Valid')).toBeInTheDocument();
		expect(screen.getByText('You cannot book: Zeiss 1, Zeiss 2')).toBeInTheDocument();
		expect(screen.getByText('No session is planned; ask the staff.')).toBeInTheDocument();
	});

	test('a seat is taken, and given back', async () => {
		signInAs('member');
		const server = serve({
			...mine({ trainingSessions: page([session]) }),
			TakeSeat: { takeSeat: { errors: [], seat: { __typename: 'TrainingSeat', id: 'e1', person: held.person } } },
			LeaveSeat: { leaveSeat: { errors: [], seat: null } },
		});
		render(MyQualificationsPage);
		const take = await screen.findByRole('button', { name: /^Take a seat: Confocal microscope/ });
		expect(screen.getByText('1 seat left')).toBeInTheDocument();
		server.answers.MyQualifications = mine({
			trainingSessions: page([{ ...session, ownSeatId: 'e1', seatsTaken: 4 }]),
		}).MyQualifications;
		await user.click(take);
		await user.click(await screen.findByRole('button', { name: /^Give the seat back/ }));
		await waitFor(() => expect(server.variablesOf('LeaveSeat')).toEqual([{ input: { seatId: 'e1' } }]));
		expect(server.variablesOf('TakeSeat')).toEqual([{ input: { sessionId: 's1' } }]);
	});

	test.each([
		['nothing is held', mine().MyQualifications, 'You hold no qualification yet'],
		['they are on their way', 'never' as const, 'Loading…'],
		['they fail', 'fails' as const, 'That did not work'],
	])('say so when %s', async (_when, answer, words) => {
		signInAs('member');
		serve({ MyQualifications: answer });
		render(MyQualificationsPage);
		expect(await screen.findByText(words)).toBeInTheDocument();
	});
});

describe('the staff’s page', () => {
	test('a qualification is suspended for a reason', async () => {
		signInAs('manager');
		router.go('/trainings?tab=people&open=q1', { replace: true });
		const server = serve({
			...sites,
			Qualifications: { qualifications: page([held]) },
			SuspendQualification: { suspendQualification: { errors: [], qualification: { ...held, state: 'SUSPENDED' } } },
		});
		render(TrainingsPage);
		await user.click(await screen.findByRole('button', { name: 'Suspend' }));
		const dialog = within(await screen.findByRole('dialog', { name: 'Suspend: Confocal microscope' }));
		await user.click(dialog.getByRole('button', { name: 'Suspend' }));
		expect(await dialog.findByText('Please fill this in.')).toBeInTheDocument();
		await user.type(dialog.getByLabelText('Why'), 'An accident');
		await user.click(dialog.getByRole('button', { name: 'Suspend' }));
		await waitFor(() =>
			expect(server.variablesOf('SuspendQualification')).toEqual([
				{ input: { qualificationId: 'q1', reason: 'An accident', expectedVersion: 2 } },
			]),
		);
	});

	test('results are saved for those that were chosen', async () => {
		signInAs('manager');
		router.go('/trainings?open=s1', { replace: true });
		const begun = { ...session, startsAt: '2026-01-01T09:00:00Z', endsAt: '2026-01-01T10:00:00Z' };
		const seats = ['Ada', 'Bo'].map((name, index) => ({
			__typename: 'TrainingSeat',
			id: `e${index}`,
			attended: null,
			passedLevel: 0,
			person: { __typename: 'Person', id: `p${index}`, name, email: null },
		}));
		const server = serve({
			...sites,
			TrainingSessions: { trainingSessions: page([begun]) },
			TrainingSessionDetails: { node: { ...begun, seatsOfPeople: seats } },
			RecordResults: { recordResults: { errors: [], session: { ...begun, seatsOfPeople: seats } } },
		});
		render(TrainingsPage);
		await choose(await screen.findByLabelText('Ada'), 'Passed: Basic');
		await user.click(screen.getByRole('button', { name: 'Save the results' }));
		await waitFor(() =>
			expect(server.variablesOf('RecordResults')).toEqual([
				{ input: { sessionId: 's1', results: [{ seatId: 'e0', attended: true, passedLevel: 1 }] } },
			]),
		);
	});

	test('the desk says that somebody has left', async () => {
		signInAs('manager');
		router.go('/trainings?tab=present', { replace: true });
		const presence = {
			__typename: 'AreaPresence',
			id: 'a1',
			enteredAt: '2026-01-01T09:00:00Z',
			leftAt: null,
			person: held.person,
			organization: data.startup,
			room: { __typename: 'Room', id: 'r1', name: 'Core facility', biosafetyLevel: 2 },
			site: data.site,
		};
		const server = serve({
			...sites,
			AreaPresences: { areaPresences: page([presence]) },
			LeaveArea: { leaveArea: { errors: [], presence } },
		});
		render(TrainingsPage);
		await user.click(await screen.findByRole('button', { name: 'Has left: Ada' }));
		await waitFor(() => expect(server.variablesOf('LeaveArea')).toEqual([{ input: { areaPresenceId: 'a1' } }]));
	});

	test.each([
		['sessions', 'TrainingSessions', { trainingSessions: page([]) }, 'No sessions are planned'],
		['trainings', 'Trainings', { trainings: page([]) }, 'No trainings yet'],
		['people', 'Qualifications', { qualifications: page([]) }, 'Nobody holds a qualification'],
		['present', 'AreaPresences', { areaPresences: page([]) }, 'Nobody is in an area'],
		['people', 'Qualifications', 'fails' as const, 'That did not work'],
		['sessions', 'TrainingSessions', 'never' as const, 'Loading…'],
	])('its part %s says so when %s is %j', async (tab, operation, answer, words) => {
		signInAs('manager');
		router.go(`/trainings?tab=${tab}`, { replace: true });
		serve({ ...sites, [operation]: answer });
		render(TrainingsPage);
		expect(await screen.findByText(words)).toBeInTheDocument();
	});
});

test('the page at the door of an area says in and out', async () => {
	signInAs('member');
	const room = { __typename: 'Room', id: 'r1', name: 'Core facility', biosafetyLevel: 2, capacity: 8 };
	const server = serve({
		AreaHere: { node: room, areaPresences: page([]) },
		EnterArea: { enterArea: { errors: [], presence: null } },
	});
	render(AreaPage, { id: 'r1' });
	expect(await screen.findByText('Biosafety level 2')).toBeInTheDocument();
	await user.click(screen.getByRole('button', { name: 'I am here' }));
	await waitFor(() => expect(server.variablesOf('EnterArea')).toEqual([{ input: { roomId: 'r1' } }]));
});

test('a unit shows what it asks for, and what its whole asks for is not dropped there', async () => {
	signInAs('manager');
	serve({});
	const asked = {
		trainingId: 't1',
		training: 'Confocal microscope',
		kind: 'TRAINING' as const,
		level: 1,
		levelName: 'Basic',
		unattendedLevel: null,
		needsSecondPerson: true,
		needsPresence: false,
	};
	const unit = {
		...data.unit,
		requirements: [
			{ ...asked, unitId: 'u1' },
			{ ...asked, unitId: 'w1', trainingId: 't2' },
		],
	};
	render(UnitRequirements, { unit: unit as never, keeps: true, manages: true });
	expect(screen.getAllByText(/Always two persons/)).toHaveLength(2);
	expect(screen.getAllByRole('button', { name: 'Ask no more: Confocal microscope' })).toHaveLength(1);
});

test('an owner asks for trainings and drops them, and leaves biosafety approvals to the house', async () => {
	signInAs('owner');
	const asked = {
		unitId: 'u1',
		trainingId: 't1',
		training: 'Confocal microscope',
		kind: 'TRAINING',
		level: 1,
		levelName: 'Basic',
		unattendedLevel: null,
		needsSecondPerson: false,
		needsPresence: false,
	};
	const approval = { ...asked, trainingId: 't2', training: 'Work at level 2', kind: 'BIOSAFETY_APPROVAL' };
	const unit = { id: 'u1', name: 'Zeiss 1', roomId: null, site: data.site, requirements: [asked, approval] };
	const server = serve({
		Trainings: { trainings: page([training, { ...training, id: 't2', name: 'Work at level 2', kind: approval.kind }]) },
		RequireQualification: { requireQualification: { errors: [], unit: null } },
		DropRequirement: { dropRequirement: { errors: [], unit: null } },
	});
	render(UnitRequirements, { unit: unit as never, keeps: true, manages: false });
	expect(screen.getByText(/The house asks for it/)).toBeInTheDocument();
	expect(screen.queryByRole('button', { name: 'Ask no more: Work at level 2' })).toBeNull();
	await user.click(screen.getByRole('button', { name: 'Ask no more: Confocal microscope' }));
	await waitFor(() =>
		expect(server.variablesOf('DropRequirement')).toEqual([{ input: { unitId: 'u1', trainingId: 't1' } }]),
	);

	await user.click(screen.getByRole('button', { name: 'Ask for a training' }));
	const dialog = within(await screen.findByRole('dialog', { name: 'Ask for a training' }));
	await dialog.findByRole('option', { name: 'Confocal microscope' });
	expect(dialog.queryByRole('option', { name: 'Work at level 2' })).toBeNull();
	await choose(dialog.getByLabelText('Training'), 'Confocal microscope');
	await user.click(dialog.getByRole('button', { name: 'Ask for a training' }));
	await waitFor(() => expect(server.variablesOf('RequireQualification')).toHaveLength(1));
});

test('a broken rule of a qualification leads to its sessions, and says by itself whether staff may break it', () => {
	signInAs('member');
	const rule = {
		__typename: 'QualificationMissing' as const,
		code: 'QualificationMissing',
		message: 'This unit needs it.',
		path: [],
		mayOverride: false,
		trainingId: 't1',
	};
	render(BrokenRules, { rules: [rule], isStaff: false });
	expect(screen.getByRole('link', { name: 'See sessions' })).toHaveAttribute('href', '/qualifications?training=t1');
	expect([mayOverride(rule), mayOverride({ ...rule, mayOverride: true })]).toEqual([false, true]);
});
